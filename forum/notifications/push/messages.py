"""What a device shows of a notice, and how its push service is to treat that."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from django.urls import reverse

from forum.notifications import groups, kinds

LONGEST = 200  # characters of each text; push services take 4096 bytes in all
SECONDS = 24 * 3600  # that a service keeps it for a device that is off


@dataclass(frozen=True)
class Message:
    """content: for the service worker (static/js/sw.js). headers: for the push service."""

    content: bytes
    headers: dict[str, str]


def message(group, member):
    """The Message about a Group of unseen notices, in the language that is active."""
    notice, post = group.latest, group.latest.post
    content = {
        "title": group.text[:LONGEST],
        "body": post.excerpt[:LONGEST] if post and not post.is_hidden else "",
        "address": address(group),
        "tag": notice.merge,
        "at": int(notice.at.timestamp() * 1000),
        "unread": groups.unread(member),
    }
    is_direct = kinds.BY_NAME[notice.kind].rank >= kinds.DIRECT
    return Message(
        json.dumps(content, ensure_ascii=False).encode(),
        {
            "TTL": str(SECONDS),
            "Topic": topic(notice),  # an undelivered one is replaced
            "Urgency": "normal" if is_direct else "low",  # which spares batteries
        },
    )


def address(group):
    """Following it marks the notices as seen, unless they are not on pages."""
    if group.latest.on_page:
        return group.get_absolute_url()
    return group.place or reverse("notifications")


def topic(notice):
    """The same for what replaces it: at most 32 characters of base64 (RFC 8030, 5.4)."""
    digest = sha256(f"{notice.member_id} {notice.merge}".encode()).digest()
    return urlsafe_b64encode(digest).decode()[:32]
