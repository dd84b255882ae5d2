"""allauth's forms with our wording. Labels stand above the fields, so there are no placeholders."""

import secrets
from http import HTTPStatus

from allauth.account import forms, views
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import get_address_for_user
from allauth.account.internal.flows.signup import complete_signup, prevent_enumeration
from allauth.account.models import EmailAddress
from allauth.account.utils import has_verified_email, setup_user_email
from django.db import IntegrityError, transaction
from django.forms import CharField, Field, HiddenInput
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forum.accounts.return_path import way_back, with_way_back
from forum.forms import unsent
from forum.models import User


class Plain:
    fields: dict[str, Field]  # of the form that this goes with

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)


LABELS = {
    "login": _("Username or email"),
    "username": _("Username"),
    "email": _("Email"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
}


class LoginForm(Plain, forms.LoginForm):
    # what was sent while signed out: see forum/forms/unsent.py
    unsent = CharField(required=False, widget=HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        forgot = {"forgot": with_way_back(reverse("account_reset_password"), self.request)}
        self.fields["password"].help_text = render_to_string(
            "account/password_reset_help_text.html", forgot
        )

    def login(self, request, redirect_url=None):
        waiting = unsent.unpacked(self.cleaned_data["unsent"])
        response = super().login(request, waiting["path"] if waiting else redirect_url)
        if waiting and request.user.is_authenticated:
            unsent.keep(request, waiting)
        return response


class SignupForm(Plain, forms.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _(
            "3 to 30 letters, digits, dots, dashes or underscores."
        )
        self.fields["email"].help_text = _(
            "We'll send you a link to confirm it. Nobody else can see it."
        )
        self.fields["password1"].label = _("Password")

    def try_save(self, request):
        """The same work whether or not the address is known: measuring the time tells nothing."""
        adapter = get_adapter()
        # hashes, with nothing locked
        user = adapter.save_user(request, adapter.new_user(request), self, commit=False)
        try:
            with transaction.atomic():  # the account and its mail, or neither
                response = self.answer(request, user)
                transaction.set_rollback(response.status_code == HTTPStatus.TOO_MANY_REQUESTS)
        except IntegrityError:
            # somebody was quicker with this name: looked at again, the form says so
            response = views.signup(request)
        return user, response

    def answer(self, request, user):
        if self.account_already_exists:
            make_and_take_back(request, user)
            return prevent_enumeration(request, email=self.cleaned_data["email"])
        make(request, user)
        return complete_signup(request, user=user, redirect_url=way_back(request) or None)


def make(request, user):
    user.save()
    setup_user_email(request, user, [EmailAddress(email=user.email)])


def make_and_take_back(request, user):
    """What `make` and then allauth's sending of a link ask the database, with nothing left of
    it.
    """
    user.email = f"{secrets.token_hex(8)}@{user.email.rpartition('@')[2]}"
    with transaction.atomic():
        make(request, user)
        has_verified_email(user)
        address = get_address_for_user(user)
        address.user  # noqa: B018 - asks the database for the member, as sending does
        transaction.set_rollback(True)


class AddEmailForm(Plain, forms.AddEmailForm):
    pass


class ChangePasswordForm(Plain, forms.ChangePasswordForm):
    pass


class SetPasswordForm(Plain, forms.SetPasswordForm):
    pass


class ResetPasswordForm(Plain, forms.ResetPasswordForm):
    def clean_email(self):
        email = get_adapter().clean_email(self.cleaned_data["email"])
        self.users = [user for user in User.objects.with_email(email) if user.is_active]
        return email


class ResetPasswordKeyForm(Plain, forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(Plain, forms.ReauthenticateForm):
    pass
