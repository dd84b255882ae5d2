"""allauth's forms with our wording. Labels are above the fields, so there are no placeholders."""

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

from forum.accounts.return_path import next_path, with_next_path
from forum.forms import unsent
from forum.models import User


class WithoutPlaceholders:
    fields: dict[str, Field]  # of the form class it is mixed into

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


class LoginForm(WithoutPlaceholders, forms.LoginForm):
    # A form that was sent while signed out: see forum/forms/unsent.py.
    unsent = CharField(required=False, widget=HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        forgot = {"forgot": with_next_path(reverse("account_reset_password"), self.request)}
        self.fields["password"].help_text = render_to_string(
            "account/password_reset_help_text.html", forgot
        )

    def login(self, request, redirect_url=None):
        waiting = unsent.unpack(self.cleaned_data["unsent"])
        response = super().login(request, waiting["path"] if waiting else redirect_url)
        if waiting and request.user.is_authenticated:
            unsent.keep(request, waiting)
        return response


class SignupForm(WithoutPlaceholders, forms.SignupForm):
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
        """Do the same work whether or not the address is known, so that timing reveals nothing."""
        adapter = get_adapter()
        # Hashes the password, before anything is locked.
        user = adapter.save_user(request, adapter.new_user(request), self, commit=False)
        try:
            with transaction.atomic():  # both the account and its email, or neither
                response = self.answer(request, user)
                transaction.set_rollback(response.status_code == HTTPStatus.TOO_MANY_REQUESTS)
        except IntegrityError:
            # The name was taken concurrently: validating again reports it.
            response = views.signup(request)
        return user, response

    def answer(self, request, user):
        if self.account_already_exists:
            create_and_roll_back(request, user)
            return prevent_enumeration(request, email=self.cleaned_data["email"])
        create_account(request, user)
        return complete_signup(request, user=user, redirect_url=next_path(request) or None)


def create_account(request, user):
    user.save()
    setup_user_email(request, user, [EmailAddress(email=user.email)])


def create_and_roll_back(request, user):
    """Make the same queries as creating an account and sending its link, then roll back."""
    user.email = f"{secrets.token_hex(8)}@{user.email.rpartition('@')[2]}"
    with transaction.atomic():
        create_account(request, user)
        has_verified_email(user)
        address = get_address_for_user(user)
        address.user  # noqa: B018 - loads the member, as sending does
        transaction.set_rollback(True)


class AddEmailForm(WithoutPlaceholders, forms.AddEmailForm):
    pass


class ChangePasswordForm(WithoutPlaceholders, forms.ChangePasswordForm):
    pass


class SetPasswordForm(WithoutPlaceholders, forms.SetPasswordForm):
    pass


class ResetPasswordForm(WithoutPlaceholders, forms.ResetPasswordForm):
    def clean_email(self):
        email = get_adapter().clean_email(self.cleaned_data["email"])
        self.users = [user for user in User.objects.with_email(email) if user.is_active]
        return email


class ResetPasswordKeyForm(WithoutPlaceholders, forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(WithoutPlaceholders, forms.ReauthenticateForm):
    pass
