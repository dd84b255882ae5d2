"""Takes back what should not have been uploaded, wherever it is shown."""

from django.db import transaction
from django.utils import timezone

from .models import Preparation, plan_deletion
from .preparing import prepare


def remove(upload):
    """Posts that show it are rendered anew by a worker, one after the other."""
    with transaction.atomic():
        plan_deletion(*upload.become_removed())
        again = {"due_at": timezone.now(), "attempts": 0, "given_up_at": None, "error": ""}
        Preparation.objects.update_or_create(upload=upload, defaults=again)
        prepare.after_commit()
