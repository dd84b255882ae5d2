"""allauth's views that are reached by a link in an email; they lead back to where the visitor came
from.
"""

from allauth.account import app_settings, views
from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from forum.accounts.return_path import way_back, with_way_back


class ConfirmEmail(views.ConfirmEmailView):
    def post(self, *args, **kwargs):
        try:
            # or two at once both find the address unconfirmed, and one breaks off half-way
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
        return {**context, "is_confirmed_already": used, "way_back": way_back(self.request) or "/"}

    def get_redirect_url(self):
        """On another device than that of the sign-up nobody is signed in yet."""
        if self.request.user.is_authenticated:
            return way_back(self.request) or super().get_redirect_url()
        return with_way_back(reverse("account_login"), self.request)


class PasswordReset(views.PasswordResetView):
    def get_success_url(self):
        return self.success_url  # which says what to do next; the link in the email leads back


class PasswordResetFromKey(views.PasswordResetFromKeyView):
    def get_success_url(self):
        return with_way_back(str(self.success_url), self.request)


def is_confirmed(key):
    """Whether this link has done its work, however long ago."""
    return addresses_of(key).filter(verified=True).exists()


def lock_for(key):
    """Nobody else confirms an address of this member, or this address as another's, before the
    transaction ends.
    """
    for address in addresses_of(key):
        rivals = EmailAddress.objects.filter(Q(email=address.email) | Q(user=address.user_id))
        list(rivals.order_by("pk").select_for_update())


def addresses_of(key):
    """The address that the link with this key confirms, or none."""
    try:
        return EmailAddress.objects.filter(pk=signing.loads(key, salt=app_settings.SALT))
    except signing.BadSignature:
        return EmailAddress.objects.none()


confirm_email = ConfirmEmail.as_view()
password_reset = PasswordReset.as_view()
password_reset_from_key = PasswordResetFromKey.as_view()
