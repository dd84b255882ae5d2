"""Recognises mails that programs send: absence notes, bounces, receipts, and the forum's own.

Nothing is posted of them, and none is answered, or two programs would write to each other for ever
(RFC 3834).
"""

import re
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from forum.importing.headers import addresses
from forum.mail.reply_addresses import is_reply_address

BULK = {"bulk", "junk", "list", "auto_reply"}
RESPONDERS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply")
NOBODY = re.compile(r"< *>|<?mailer-daemon\b.*", re.I)  # Postfix's pipe names the empty sender so
MAX_REPORTED = 10  # addresses
NOT_OF_ADDRESS = ("5.2.2", "5.7.")  # RFC 3463: a full mailbox, and what the sender is or sends


def reason(part, headers, senders):
    """Why it counts as automatic; "" if a person seems to have written it.

    `headers` are the first ones of each name, unfolded.
    """
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if part.kind in ("multipart/report", "message/delivery-status"):
        return "It is a report about another mail."
    if submitted != "no":
        return f"Auto-Submitted: {submitted[:50]}"
    if headers.get("precedence", "").strip().lower() in BULK:
        return f"Precedence: {headers['precedence'].strip()[:50]}"
    if any(name in headers for name in RESPONDERS):
        return "It is an automatic answer."
    if any(map(NOBODY.fullmatch, [headers.get("return-path", "").strip(), *senders])):
        return "It has no sender to answer to."
    if any(is_own(address) for address in senders) or is_own_id(headers, senders):
        return "The forum sent it itself."
    return ""


def is_own(address):
    own = (settings.DEFAULT_FROM_EMAIL, settings.SERVER_EMAIL)
    return address in {parseaddr(one)[1].lower() for one in own} or is_reply_address(address)


def is_own_id(headers, senders):
    """Whether the forum made the Message-ID: its host's name, which is not that of the sender."""
    host = (urlsplit(settings.SITE_URL).hostname or "").lower()
    domain = headers.get("message-id", "").strip().rstrip(">").rpartition("@")[2].lower()
    return domain == host and not any(one.endswith(f"@{host}") for one in senders)


def undelivered(part):
    """The addresses that a delivery report (RFC 3464) says will never be reached."""
    if part.kind != "multipart/report":
        return []
    found = []
    for report in part.parts:
        if report.kind == "message/delivery-status":
            data = report.data(report.end - report.body)[0].decode("utf-8", "replace")
            for recipient in data.replace("\r\n", "\n").split("\n\n"):
                found += failed(dict(fields(recipient)))
    return found[:MAX_REPORTED]


def fields(lines):
    for line in lines.split("\n"):
        name, _colon, value = line.partition(":")
        yield name.strip().lower(), value.strip()


def failed(recipient):
    is_final = recipient.get("action", "").lower() == "failed"
    status = recipient.get("status", "5")
    is_permanent = status.startswith("5") and not status.startswith(NOT_OF_ADDRESS)
    address = recipient.get("original-recipient") or recipient.get("final-recipient", "")
    if not (is_final and is_permanent):
        return []
    return [one.lower() for one in addresses(address.rpartition(";")[2])]
