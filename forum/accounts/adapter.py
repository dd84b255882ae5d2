"""allauth's adapters: which names and addresses are allowed, and the context of account emails."""

import logging
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum.accounts.return_path import with_next_path
from forum.accounts.sign_in_limits import Attempt
from forum.cache.rate_limits import seconds_to_wait
from forum.forms.limits import duration
from forum.models import User
from forum.serving.client_address import network_of, request_address
from forum.usernames.rules import normal, validate_username

logger = logging.getLogger(__name__)

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - a placeholder: allauth requires an address


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("The email address or password is incorrect."),
        "username_password_mismatch": _("The username or password is incorrect."),
        "incorrect_password": _("That isn't your password."),
        "enter_current_password": _("That isn't your password."),
    }

    def get_client_ip(self, request):
        return request_address(request) or UNKNOWN_ADDRESS

    def clean_username(self, username, shallow=False):
        username = normal(username)
        validate_username(username)
        User(username=username).check_confusable("username")
        return username

    def clean_email(self, email):
        # Some mail servers treat `ſam@…` and `sam@…` as one mailbox, while databases see two.
        if not email.isascii():
            raise ValidationError(_("Use only the letters a to z in the email address."))
        return super().clean_email(email)

    def pre_authenticate(self, request, **credentials):
        self.attempt = Attempt(
            request, credentials.get("email") or credentials.get("username") or ""
        )
        if wait := self.attempt.seconds_to_wait():
            raise ValidationError(
                _(
                    "Too many failed attempts. Please wait %(time)s, or reset your password by"
                    " email and then sign in."
                )
                % {"time": duration(wait)},
                code="too_many_login_attempts",
            )

    def authenticate(self, request, **credentials):
        member = super().authenticate(request, **credentials)
        if member:
            self.attempt.succeeded()
        return member

    def authentication_failed(self, request, **credentials):
        self.attempt.failed()

    def send_mail(self, template_prefix, email, context):
        """Send, within limits per network and per address.

        Beyond the limit per address the mail is dropped silently: an error would reveal who has an
        account.
        """
        if self.request:
            if seconds_to_wait("mail_by", network_of(request_address(self.request))):
                raise ImmediateHttpResponse(respond_429(self.request))
            if seconds_to_wait("mail_to", email.lower()):
                logger.warning(
                    "An email was not sent: its address has reached the limit RATE_MAIL_TO."
                )
                return
        links = {key: self._link(url) for key, url in context.items() if key.endswith("_url")}
        site = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        super().send_mail(template_prefix, email, {**context, **links, **site})

    def _link(self, url):
        """The URL on this site; adds `next` to links that allauth makes without one."""
        url = on_site_url(url)
        return url if urlsplit(url).query else with_next_path(url, self.request)

    def is_safe_url(self, url):
        try:
            return super().is_safe_url(url)
        except ValueError:  # for example "http://["
            return False

    def get_email_confirmation_url(self, request, emailconfirmation):
        return with_next_path(
            super().get_email_confirmation_url(request, emailconfirmation), request
        )

    def get_reset_password_from_key_url(self, key):
        return with_next_path(super().get_reset_password_from_key_url(key), self.request)

    def send_password_reset_mail(self, user, email, context):
        if not user.is_placeholder:
            super().send_password_reset_mail(user, email, context)

    def get_password_change_redirect_url(self, request):
        return request.user.get_absolute_url()


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions):
        """End all other sessions, even unlisted ones, and revoke emailed links."""
        request = context.request
        request.user.sign_out_everywhere(but=request.session.session_key)
        request.session[HASH_SESSION_KEY] = request.user.get_session_auth_hash()


def on_site_url(url):
    """The same path on SITE_URL, because the Host header of the request can be forged."""
    parts = urlsplit(url)
    return settings.SITE_URL + urlunsplit(("", "", parts.path, parts.query, parts.fragment))
