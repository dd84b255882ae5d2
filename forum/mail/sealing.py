"""Encrypts waiting mails with a key derived from SECRET_KEY, so a copy of the database reveals
nothing.
"""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(ValueError):
    """SECRET_KEY is another one now."""


def sealed(value):
    """Text that only this site can read; `value` is what JSON can hold."""
    return box().encrypt(json.dumps(value).encode()).decode()


def opened(text):
    try:
        return json.loads(box().decrypt(text.encode()))
    except InvalidToken as error:
        raise Unreadable from error


def box():
    secrets = settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS
    keys = [
        urlsafe_b64encode(sha256(b"forum.mail.sealing" + secret.encode()).digest())
        for secret in secrets
    ]
    return MultiFernet([Fernet(key) for key in keys])
