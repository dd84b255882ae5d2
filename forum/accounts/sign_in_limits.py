"""Slows down password guessing without locking owners out of their accounts.

Failed attempts are counted by account and network, so that strangers elsewhere can't use up the
owner's. Larger bounds by account and by network slow down who has many of either. A device on which
the owner has signed in before is counted by itself, whatever others do; resetting the password by
email makes the device a known one.
"""

import hashlib
import secrets

from allauth.account.signals import password_reset
from django.conf import settings
from django.contrib.auth import user_logged_in
from django.core import signing
from django.dispatch import receiver

from forum.cache import rate_limits
from forum.models import User
from forum.serving.client_address import network_of, request_address
from forum.usernames.rules import folded

SALT = "known_device"
COOKIE = f"{settings.COOKIE_PREFIX}{SALT}"
YEAR = 365 * 24 * 3600
LONGEST = 254  # characters of a login that are looked at; no name or address is longer


class Attempt:
    """One attempt to sign in: as `login`, a username or an email address, from where this request
    comes.
    """

    def __init__(self, request, login):
        self.network = network_of(request_address(request))
        self.account = account_of(login)
        self.device = device_of(request, self.account)
        self.from_here = f"{self.account} {self.device or self.network}"

    def seconds_to_wait(self):
        """0 when it may be made. It counts at once, or many at the same moment would all be let
        through.
        """
        if not self.device:
            for what, who in self._wider():
                if wait := rate_limits.seconds_to_wait(what, who, count=False):
                    return wait
        return rate_limits.seconds_to_wait("sign_in", self.from_here)

    def failed(self):
        if not self.device:
            for what, who in self._wider():
                rate_limits.seconds_to_wait(what, who)

    def succeeded(self):
        rate_limits.clear("sign_in", self.from_here)

    def _wider(self):
        return ("sign_in_account", self.account), ("sign_in_network", self.network)


def account_of(login):
    """One key for all ways to write the names and addresses of one account."""
    login = login[:LONGEST]
    found = User.objects.with_email(login) if "@" in login else named(login)
    for member in found:
        return f"member {member.pk}"
    return hashlib.sha256((folded(login) or login).encode()).hexdigest()


def named(login):
    try:
        return [User.objects.named(login)]
    except User.DoesNotExist:
        return []


# --- Devices ---


def device_of(request, account):
    """The id of this device if the owner of this account has signed in on it before, else None."""
    try:
        owner, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return device if owner == account else None


@receiver(user_logged_in, dispatch_uid="known_device")
@receiver(password_reset, dispatch_uid="known_device.reset")
def know_device(sender, request, user, **kwargs):
    if request is not None:
        request.known_device_of = f"member {user.pk}"


def remember_device(get_response):
    """Middleware: marks the device with a cookie. Its path is the whole site, as __Host- asks
    for.
    """

    def respond(request):
        response = get_response(request)
        account = getattr(request, "known_device_of", None)
        if account and not device_of(request, account):
            value = signing.dumps([account, secrets.token_hex(8)], salt=SALT)
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(
                COOKIE, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax"
            )
        return response

    return respond
