"""The keys by which push services recognise this forum (VAPID, RFC 8292)."""

import binascii
import time
from email.utils import parseaddr
from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode, b64urlencode

HOURS = 12  # that a signature is valid; services refuse more than 24
RAW = 32  # bytes of a private key


def new():
    """A private key as it stands in the settings."""
    vapid = Vapid02()
    vapid.generate_keys()
    return b64urlencode(vapid.private_key.private_numbers().private_value.to_bytes(RAW, "big"))


def public():
    """The public key for browsers; "" if this forum has no keys, and so offers no push."""
    return public_of(settings.VAPID_PRIVATE_KEY) if settings.VAPID_PRIVATE_KEY else ""


@cache
def public_of(private):
    point = signer(private).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return b64urlencode(point)


@cache
def signer(private):
    """Raises ValueError if it is no private key."""
    try:
        raw = b64urldecode(private.encode())
    except binascii.Error as error:
        raise ValueError("It is not base64.") from error
    if len(raw) != RAW:
        raise ValueError(f"It has {len(raw)} bytes instead of {RAW}.")
    return Vapid02.from_raw(private.encode())


def headers(origin):
    """The signature for a push service."""
    claims = {
        "aud": origin,
        "sub": subject(),
        "exp": int(time.time()) + HOURS * 3600,
    }
    return signer(settings.VAPID_PRIVATE_KEY).sign(claims)


def subject():
    """Where push services reach the owner: the forum's address for mail, or the forum itself."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    is_local = address.endswith("@localhost")  # which Apple's service refuses
    return settings.SITE_URL if is_local and settings.HTTPS else f"mailto:{address}"
