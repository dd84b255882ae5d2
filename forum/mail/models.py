import secrets
from email.utils import formatdate, make_msgid
from typing import ClassVar

from django.conf import settings
from django.db import OperationalError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.jobs.outbox import OutboxQuerySet, OutboxRow

from . import messages, sealing

MAX_WAITING = 10_000  # beyond that, writing emails is refused
MAX_BULK = 1000  # beyond that, emails that can wait should not be written


class OutboxFull(OperationalError):
    """Treated like a busy database: the page is a 503 from which the form can be sent again."""


class MailQuerySet(OutboxQuerySet["Mail"]):
    def write(self, message):
        """Add an email. Raises OutboxFull, and errors of the message such as BadHeaderError."""
        return self.write_all([message])[0]

    def write_all(self, emails):
        """The same for several."""
        rows = [self.row(message) for message in emails]
        if not self.has_room(MAX_WAITING):
            raise OutboxFull(f"{MAX_WAITING} emails are waiting to be sent.")
        return self.bulk_create(rows)

    def row(self, message):
        message.extra_headers.setdefault("Message-ID", make_msgid(domain=messages.site_host()))
        message.extra_headers.setdefault("Date", formatdate())
        message.message()
        return self.model(
            to=", ".join(message.recipients()),
            subject=str(message.subject)[:255],
            sealed=sealing.encrypted(messages.to_dict(message)),
        )

    def has_room(self, most=MAX_BULK):
        """Whether fewer than `most` are waiting, so that others won't wait long behind one more."""
        return not self.waiting()[most - 1 : most].exists()


class Mail(OutboxRow):
    """An outgoing email. Its content is encrypted, as it may hold links, and deleted once sent."""

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
        """The decrypted email. Raises sealing.Unreadable."""
        return messages.from_dict(sealing.decrypted(self.sealed))

    def mark_sent(self, **fields):
        return super().mark_sent(sealed="", **fields)


class ReplyKeyQuerySet(models.QuerySet["ReplyKey"]):
    def of(self, member_id):
        """The key of a member, made when it is needed first."""
        return self.get_or_create(member_id=member_id)[0].key

    def revoke(self, members):
        """Make all reply addresses of these members (ids) invalid."""
        self.filter(member__in=members).delete()


def new_key():
    return secrets.token_hex(16)


class ReplyKey(models.Model):
    """Signs the reply addresses of a member (reply_addresses.py).

    Not the security stamp: a new password doesn't invalidate the addresses in earlier mails.
    """

    member = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    key = models.CharField(max_length=32, default=new_key)

    objects: ClassVar = ReplyKeyQuerySet.as_manager()

    def __str__(self):
        return f"{self.member_id}"


class BouncingAddress(models.Model):
    """An address for which mails were refused (bounces.py): how many since `first_at`."""

    address = models.CharField(max_length=254, primary_key=True)  # in lower case
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True)

    objects = models.Manager["BouncingAddress"]()

    def __str__(self):
        return self.address
