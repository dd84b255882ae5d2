"""Encrypts queued emails with a key derived from SECRET_KEY, in case the database is stolen."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(ValueError):
    """The text was encrypted with another SECRET_KEY."""


def encrypted(value):
    """A JSON-serialisable value as encrypted text."""
    return cipher().encrypt(json.dumps(value).encode()).decode()


def decrypted(text):
    try:
        return json.loads(cipher().decrypt(text.encode()))
    except InvalidToken as error:
        raise Unreadable from error


def cipher():
    secrets = settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS
    keys = [
        urlsafe_b64encode(sha256(b"forum.mail.sealing" + secret.encode()).digest())
        for secret in secrets
    ]
    return MultiFernet([Fernet(key) for key in keys])
