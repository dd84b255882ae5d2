from email.utils import formatdate, make_msgid
from typing import ClassVar

from django.db import OperationalError, models
from django.utils.translation import gettext_lazy as _

from forum.jobs.outbox import OutboxQuerySet, OutboxRow

from . import messages, sealing

MOST_WAITING = 10_000  # whatever writes more than the mail server takes is refused


class OutboxFull(OperationalError):
    """As while the database is busy: the page says so, and what was typed can be sent again."""


class MailQuerySet(OutboxQuerySet):
    def write(self, message):
        """Raises what is wrong with the message at once, such as BadHeaderError."""
        message.extra_headers.setdefault("Message-ID", make_msgid(domain=messages.site_host()))
        message.extra_headers.setdefault("Date", formatdate())
        message.message()
        if self.waiting()[MOST_WAITING - 1 : MOST_WAITING].exists():
            raise OutboxFull(f"{MOST_WAITING} mails wait to be sent.")
        sealed = sealing.sealed(messages.packed(message))
        return self.create(
            to=", ".join(message.recipients()), subject=str(message.subject)[:255], sealed=sealed
        )


class Mail(OutboxRow):
    """What is in it is encrypted, since it may let somebody sign in; and gone once it was sent."""

    to = models.TextField(_("to"))
    subject = models.CharField(_("subject"), max_length=255)
    sealed = models.TextField(editable=False)

    objects: ClassVar = MailQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("mail")
        verbose_name_plural = _("mails")

    def __str__(self):
        return f"{self.subject} → {self.to}"

    def message(self):
        """Raises sealing.Unreadable."""
        return messages.unpacked(sealing.opened(self.sealed))

    def sent(self):
        return super().sent(sealed="")
