"""Slows down password guessing without locking owners out of their accounts.

Failed attempts are counted per account and network, so that strangers elsewhere can't lock the
owner out. Higher limits per account and per network slow down distributed attacks. A device on
which the owner has signed in before has a limit of its own; resetting the password by email also
makes a device known.
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
MAX_LOGIN = 254  # characters; no username or address is longer, the rest is ignored


class Attempt:
    """An attempt to sign in. `login` is a username or an email address."""

    def __init__(self, request, login):
        self.network = network_of(request_address(request))
        self.account = account_of(login)
        self.device = device_of(request, self.account)
        self.from_here = f"{self.account} {self.device or self.network}"

    def seconds_to_wait(self):
        """0 if the attempt is allowed.

        It is counted before the password is checked, or concurrent attempts would all pass.
        """
        if not self.device:
            for rate, subject in self._wider_limits():
                if wait := rate_limits.seconds_to_wait(rate, subject, count=False):
                    return wait
        return rate_limits.seconds_to_wait("sign_in", self.from_here)

    def failed(self):
        if not self.device:
            for rate, subject in self._wider_limits():
                rate_limits.seconds_to_wait(rate, subject)

    def succeeded(self):
        rate_limits.clear("sign_in", self.from_here)

    def _wider_limits(self):
        return ("sign_in_account", self.account), ("sign_in_network", self.network)


def account_of(login):
    """One rate limit key for an account, whichever of its names or addresses is typed."""
    login = login[:MAX_LOGIN]
    found = User.objects.with_email(login) if "@" in login else find_by_username(login)
    for member in found:
        return f"member {member.pk}"
    return hashlib.sha256((folded(login) or login).encode()).hexdigest()


def find_by_username(login):
    try:
        return [User.objects.named(login)]
    except User.DoesNotExist:
        return []


# --- Devices ---


def device_of(request, account):
    """The id of this device if the owner of the account has signed in on it before, or None."""
    try:
        owner, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return device if owner == account else None


@receiver(user_logged_in, dispatch_uid="known_device")
@receiver(password_reset, dispatch_uid="known_device.reset")
def mark_device_known(sender, request, user, **kwargs):
    if request is not None:
        request.known_device_of = f"member {user.pk}"


def remember_device(get_response):
    """Middleware: sets the cookie of a known device, for the whole site as `__Host-` requires."""

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
