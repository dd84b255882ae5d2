"""A browser's part of Web Push: it subscribes, and decrypts what it is sent."""

import json
from base64 import urlsafe_b64encode

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from tests.support import world


class PushBrowser:
    """The part of a browser that subscribes and decrypts: `subscription` is what it sends."""

    def __init__(self, endpoint):
        self.private, self.auth = ec.generate_private_key(ec.SECP256R1()), b"sixteen bytes .."
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.subscription = {
            "endpoint": endpoint,
            "p256dh": encoded(point),
            "auth": encoded(self.auth),
        }

    def read(self, body):
        """What a push says, from its encrypted body."""
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth))


def encoded(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


def sign_in(member):
    """A client whose member has signed in with their password, so that its session is listed."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": member.username, "password": world.PASSWORD})
    assert answer.status_code == 302, answer.content
    return client
