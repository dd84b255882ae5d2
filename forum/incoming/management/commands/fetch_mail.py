"""manage.py fetch_mail"""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum.incoming.fetching import ERRORS, take_all


class Command(BaseCommand):
    help = (
        "Stores the new mails of the mailbox in IMAP_URL; a worker posts them. Workers do the same"
        " each minute, so this is for trying out the setting."
    )

    def handle(self, **options):
        if not settings.IMAP_URL:
            raise CommandError("Set IMAP_URL to something like imaps://user:password@host/INBOX.")
        try:
            taken = take_all()
        except ERRORS as error:
            raise CommandError(f"The mailbox can't be read: {error}") from error
        self.stdout.write(f"Stored {taken} mails.")
