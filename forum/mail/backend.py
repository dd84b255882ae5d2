"""settings.EMAIL_BACKEND: stores emails as outbox rows in the current transaction."""

from django.core.mail.backends.base import BaseEmailBackend

from .delivery import deliver
from .models import Mail


class Backend(BaseEmailBackend):
    def send_messages(self, messages):
        addressed = [message for message in messages if message.recipients()]
        Mail.objects.write_all(addressed)
        deliver.after_commit()
        return len(addressed)
