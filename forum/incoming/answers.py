"""Answers to mails that were not posted: why, and the text, so that nothing typed is lost."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

HEADERS = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


def send(letter, reason, has_text):
    """Write the answer into the outbox; `has_text` if it gives back what was written."""
    headers = dict(HEADERS)
    if letter.id:
        headers |= {"In-Reply-To": letter.id, "References": letter.id}
    EmailMessage(
        _("Not posted: %s") % (has_text and letter.subject or _("your mail")),
        render_to_string(
            "incoming/refused.txt",
            {
                "reason": reason,
                "lines": letter.plain.split("\n") if has_text and letter.plain else [],
                "site": settings.SITE_NAME,
                "url": settings.SITE_URL,
            },
        ),
        to=letter.senders,
        headers=headers,
    ).send()
