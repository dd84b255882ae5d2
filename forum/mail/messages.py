"""Converts Django's email messages to JSON-serialisable values and back."""

from base64 import b64decode, b64encode
from email.mime.base import MIMEBase
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import punycode

FIELDS = ("from_email", "to", "cc", "bcc", "reply_to")


def site_host():
    """The host of SITE_URL in ASCII, as email requires."""
    return punycode(urlsplit(settings.SITE_URL).hostname)


def to_dict(message):
    """A JSON-serialisable dict. Raises TypeError for MIME attachments."""
    return {
        **{name: getattr(message, name) for name in FIELDS},
        "subject": str(message.subject),
        "body": str(message.body),
        "subtype": message.content_subtype,
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        "alternatives": [
            [str(content), kind] for content, kind in getattr(message, "alternatives", ())
        ],
        "attachments": [attachment_values(attachment) for attachment in message.attachments],
    }


def attachment_values(attachment):
    if isinstance(attachment, MIMEBase):
        raise TypeError("Attach a name, the content and its type instead of a MIME object.")
    name, content, kind = attachment
    content = content.encode() if isinstance(content, str) else content
    return [name, b64encode(content).decode(), kind]


def from_dict(values):
    message = EmailMultiAlternatives(
        values["subject"],
        values["body"],
        headers=values["headers"],
        alternatives=values["alternatives"],
        attachments=[
            (name, b64decode(content), kind) for name, content, kind in values["attachments"]
        ],
        **{name: values[name] for name in FIELDS},
    )
    message.content_subtype = values["subtype"]
    return message
