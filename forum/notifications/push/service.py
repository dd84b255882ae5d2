"""Sends one push to the push service of a device."""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from forum.outbound import requests
from forum.outbound.guard import Unreachable, target_of

from . import keys
from .forms import decoded

LONGEST_PAUSE = timedelta(hours=4)


@dataclass(frozen=True)
class Taken:
    pass


@dataclass(frozen=True)
class Gone:
    """The browser has ended its subscription."""


@dataclass(frozen=True)
class Refused:
    """The service will never take it."""

    reason: str


@dataclass(frozen=True)
class Postponed:
    """The service may take it after a pause. is_away: it takes nothing at all."""

    reason: str
    pause: timedelta = timedelta(0)
    is_away: bool = False


def push(device, message):
    """One of the outcomes above; never raises."""
    try:
        answer = requests.send(
            "POST",
            device.endpoint,
            {
                **keys.headers(target_of(device.endpoint).origin),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                **message.headers,
            },
            encrypted(message.content, device),
        )
    except Unreachable as error:
        return Postponed(str(error), is_away=True)
    except Exception as error:  # noqa: BLE001 - an address that is refused now, or odd keys
        return Refused(f"{type(error).__name__}: {error}")
    return outcome(answer)


def encrypted(content, device):
    """For the browser alone (RFC 8291)."""
    return http_ece.encrypt(
        content,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decoded(device.p256dh),
        auth_secret=decoded(device.auth),
        version="aes128gcm",
    )


def outcome(answer):
    reason = f"{answer.status} {answer.body[:200].decode(errors='replace')}".strip()
    match answer.status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return Gone()
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Postponed(reason, pause(answer))
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return Postponed(reason, pause(answer), is_away=True)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Postponed(reason, pause(answer))
        case status if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return Taken()
        case _:
            return Refused(reason)


def pause(answer):
    """Of Retry-After, in seconds or as a date; bounded."""
    wanted = answer.headers.get("Retry-After", "").strip()
    if wanted.isascii() and wanted.isdigit():
        asked = timedelta(seconds=int(wanted[:9]))
    else:
        try:
            asked = parsedate_to_datetime(wanted) - timezone.now()
        except (ValueError, TypeError):
            asked = timedelta(0)
    return min(max(asked, timedelta(0)), LONGEST_PAUSE)
