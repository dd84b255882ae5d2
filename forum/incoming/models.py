import hashlib
from base64 import b64decode, b64encode
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import OperationalError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.importing.headers import Headers, addresses, identify
from forum.importing.mime import Part
from forum.jobs.outbox import OutboxQuerySet, OutboxRow
from forum.mail import sealing
from forum.mail.reply_addresses import is_reply_address
from forum.models import Category, Post

MAX_SIZE = 10_240_000  # bytes of a mail; as much as Postfix accepts by default
MAX_WAITING = 1000  # beyond that, the mail server has to keep them
# Headers that make two mails different; those of the transport are not among them.
IDENTITY = ("from", "date", "subject")


class InboxFull(OperationalError):
    """Too many mails wait; the mail server tries again later."""


class IncomingQuerySet(OutboxQuerySet["IncomingMail"]):
    def store(self, raw, is_cut=False):
        """Store a raw mail, unless it is stored already; returns its row.

        `is_cut` if it was too long and only its headers are there. Raises InboxFull.
        """
        content = raw.replace(b"\r\n", b"\n")  # as a pipe has it; IMAP servers send "\r\n"
        part = Part(content)
        headers = Headers(part.headers, [])
        message_id, *_answers = identify(part.head, content)
        identity = {
            "message_id": "" if message_id.startswith("sha256:") else message_id,
            "digest": digest(part),
        }
        if stored := self.filter(**identity).first():
            return stored
        if self.waiting()[MAX_WAITING - 1 : MAX_WAITING].exists():
            raise InboxFull(f"{MAX_WAITING} mails are waiting to be processed.")
        row, _created = self.get_or_create(
            **identity,
            defaults={
                "sender": ", ".join(addresses(headers.raw("from")))[:255],
                "subject": headers.text("subject")[:255],
                "sealed": sealing.encrypted(b64encode(content).decode()),
                "is_cut": is_cut,
            },
        )
        return row


def digest(part):
    """A SHA-256 of a mail that is the same however, and however often, it was delivered."""
    text = part.content[part.body : part.end].rstrip()
    values = [part.headers.get(name, "") for name in IDENTITY]
    head = "\n".join(values).encode("utf-8", "surrogateescape")
    return hashlib.sha256(head + b"\n\n" + text).hexdigest()


class IncomingMail(OutboxRow):
    """A mail to the forum: what came in, until it is processed, and what became of it."""

    class Outcome(models.TextChoices):
        POSTED = "posted", _("Posted")
        REFUSED = "refused", _("Refused, with an answer")
        IGNORED = "ignored", _("Ignored")

    message_id = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=64)
    sender = models.CharField(_("sender"), max_length=255, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    sealed = models.TextField(editable=False)  # encrypted, since it has addresses for answers
    is_cut = models.BooleanField(default=False, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    post = models.ForeignKey(
        Post, models.SET_NULL, null=True, related_name="+", verbose_name=_("post")
    )
    left_out = models.PositiveIntegerField(_("attachments left out"), default=0)
    sent_at = models.DateTimeField(_("processed"), null=True)

    objects: ClassVar = IncomingQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mails")
        constraints = [
            models.UniqueConstraint(fields=["message_id", "digest"], name="one_row_per_mail")
        ]

    def __str__(self):
        return f"{self.sender}: {self.subject}"

    def raw(self):
        """The mail as it came in. Raises sealing.Unreadable."""
        return b64decode(sealing.decrypted(self.sealed))

    @property
    def token(self):
        """The token of the form that this mail stands for, so that it becomes one post."""
        return hashlib.sha256(f"{self.message_id} {self.digest}".encode()).hexdigest()[:32]

    def finish(self, outcome, reason="", post=None, left_out=0):
        """Note what became of it, and forget the mail; False if another worker has taken it."""
        return self._change(
            due_at=None,
            sent_at=timezone.now(),
            sealed="",
            outcome=outcome,
            error=reason[:300],
            post=post,
            left_out=left_out,
        )


class CategoryAddress(models.Model):
    """The address to which members write to begin a topic in a category."""

    category = models.OneToOneField(
        Category, models.CASCADE, related_name="mail_address", verbose_name=_("category")
    )
    address = models.EmailField(
        _("address"),
        unique=True,
        null=True,
        blank=True,
        help_text=_(
            "Members begin topics by mail to this address. The subject is the title. Leave empty"
            " for none."
        ),
    )
    takes_unverified = models.BooleanField(
        _("also from unverified senders"),
        default=False,
        help_text=_(
            "Anybody can write any sender into a mail. Tick this only if your mail server refuses"
            " mails with a forged one by itself."
        ),
    )

    class Meta:
        verbose_name = _("address for new topics")
        verbose_name_plural = _("addresses for new topics")

    def __str__(self):
        return self.address or "–"

    def clean(self):
        if self.address and is_reply_address(self.address):
            raise ValidationError(
                {"address": _("This is an address for answers. Use another one.")}
            )

    def save(self, *args, **kwargs):
        self.address = self.address.lower() if self.address else None
        super().save(*args, **kwargs)
