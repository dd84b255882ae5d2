"""allauth's forms in our words. Labels stand above the fields, so nothing is said again inside of them."""

from allauth.account import forms, views
from django.db import IntegrityError, transaction
from django.forms import CharField, HiddenInput
from django.utils.translation import gettext_lazy as _

from forum.forms import unsent


class Plain:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)


LABELS = {
    "login": _("Username or email"),
    "username": _("Name"),
    "email": _("Email"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
}


class LoginForm(Plain, forms.LoginForm):
    unsent = CharField(required=False, widget=HiddenInput)  # what was sent while signed out: see forum/forms/unsent.py

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"

    def login(self, request, redirect_url=None):
        waiting = unsent.unpacked(self.cleaned_data["unsent"])
        response = super().login(request, waiting["path"] if waiting else redirect_url)
        if waiting and request.user.is_authenticated:
            unsent.keep(request, waiting)
        return response


class SignupForm(Plain, forms.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("3 to 30 letters, digits, dots, dashes or underscores.")
        self.fields["email"].help_text = _("We'll send you a link to confirm it. Nobody else can see it.")
        self.fields["password1"].label = _("Password")

    def try_save(self, request):
        try:
            return super().try_save(request)
        except IntegrityError:  # somebody was quicker with this name: looked at again, the form says so
            return None, views.signup(request)

    @transaction.atomic
    def save(self, request):
        return super().save(request)


class AddEmailForm(Plain, forms.AddEmailForm):
    pass


class ChangePasswordForm(Plain, forms.ChangePasswordForm):
    pass


class SetPasswordForm(Plain, forms.SetPasswordForm):
    pass


class ResetPasswordForm(Plain, forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(Plain, forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(Plain, forms.ReauthenticateForm):
    pass
