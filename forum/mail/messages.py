"""Converts Django's email messages to plain values and back."""

from base64 import b64decode, b64encode
from email.mime.base import MIMEBase
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import punycode

FIELDS = ("from_email", "to", "cc", "bcc", "reply_to")


def site_host():
    """In ASCII, as mail wants it."""
    return punycode(urlsplit(settings.SITE_URL).hostname)


def packed(message):
    """A dict that JSON can hold."""
    return {
        **{name: getattr(message, name) for name in FIELDS},
        "subject": str(message.subject),
        "body": str(message.body),
        "subtype": message.content_subtype,
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        "alternatives": [
            [str(content), kind] for content, kind in getattr(message, "alternatives", ())
        ],
        "attachments": [packed_attachment(attachment) for attachment in message.attachments],
    }


def packed_attachment(attachment):
    if isinstance(attachment, MIMEBase):
        raise TypeError("Attach a name, the content and its type in place of a MIME object.")
    name, content, kind = attachment
    content = content.encode() if isinstance(content, str) else content
    return [name, b64encode(content).decode(), kind]


def unpacked(values):
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
