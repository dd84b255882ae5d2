"""manage.py vapid_keys"""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from forum.notifications.push import keys


class Command(BaseCommand):
    help = _("Prints a new key for push notifications, as a line for .env.")
    requires_system_checks = ()

    def handle(self, **options):
        self.stderr.write(
            _("Add this line to .env and restart. After a change members add their devices anew.")
        )
        self.stdout.write(f"VAPID_PRIVATE_KEY={keys.new()}")
