"""Answers to mails that were not posted: why, and the text, so that nothing typed is lost."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

HEADERS = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


def send(letter, reason):
    """Write the answer into the outbox."""
    headers = dict(HEADERS)
    if letter.id:
        headers |= {"In-Reply-To": letter.id, "References": letter.id}
    EmailMessage(
        _("Not posted: %s") % (letter.subject or _("your mail")),
        render_to_string(
            "incoming/refused.txt",
            {
                "reason": reason,
                "lines": letter.plain.split("\n") if letter.plain else [],
                "site": settings.SITE_NAME,
                "url": settings.SITE_URL,
            },
        ),
        to=letter.senders,
        headers=headers,
    ).send()
