"""allauth's views behind links in emails; afterwards visitors return to where they came from."""

from allauth.account import app_settings, views
from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from forum.accounts.return_path import next_path, with_next_path


class ConfirmEmail(views.ConfirmEmailView):
    def post(self, *args, **kwargs):
        try:
            # Without the lock, two requests could both find the address unconfirmed and one fail.
            with transaction.atomic():
                lock_for(self.kwargs["key"])
                return super().post(*args, **kwargs)
        except Http404:
            if not is_confirmed(self.kwargs["key"]):
                raise
            self.object = None
            return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        used = self.object is None and is_confirmed(self.kwargs["key"])
        return {
            **context,
            "is_confirmed_already": used,
            "next_path": next_path(self.request) or "/",
        }

    def get_redirect_url(self):
        """The next page, through the sign-in form on a device where nobody is signed in."""
        if self.request.user.is_authenticated:
            return next_path(self.request) or super().get_redirect_url()
        return with_next_path(reverse("account_login"), self.request)


class PasswordReset(views.PasswordResetView):
    def get_success_url(self):
        return self.success_url  # without `next`, which the link in the email carries


class PasswordResetFromKey(views.PasswordResetFromKeyView):
    def get_success_url(self):
        return with_next_path(str(self.success_url), self.request)


def is_confirmed(key):
    """Whether the address of this link has already been confirmed."""
    return addresses_of(key).filter(verified=True).exists()


def lock_for(key):
    """Lock all rows of this address and of its member until the transaction ends."""
    for address in addresses_of(key):
        rivals = EmailAddress.objects.filter(Q(email=address.email) | Q(user=address.user_id))
        list(rivals.order_by("pk").select_for_update())


def addresses_of(key):
    """A queryset with the address that this link confirms; empty for an invalid key."""
    try:
        return EmailAddress.objects.filter(pk=signing.loads(key, salt=app_settings.SALT))
    except signing.BadSignature:
        return EmailAddress.objects.none()


confirm_email = ConfirmEmail.as_view()
password_reset = PasswordReset.as_view()
password_reset_from_key = PasswordResetFromKey.as_view()
