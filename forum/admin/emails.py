from operator import attrgetter

import allauth.account.admin  # noqa: F401 - registers what is unregistered below
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from .base import OwnersOnly

admin.site.unregister(EmailAddress)  # edited on the member's page


class AddressForm(forms.ModelForm):
    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        same = EmailAddress.objects.filter(email__iexact=cleaned.get("email"), verified=True)
        if cleaned.get("verified") and same.exclude(pk=self.instance.pk).exists():
            self.add_error(
                "email", _("Another member has confirmed this address. Enter another one.")
            )
        return cleaned


class AddressFormSet(BaseInlineFormSet):
    """A member's addresses. The primary one is also stored in `User.email`."""

    def clean(self):
        super().clean()
        if (
            sum(
                bool(form.cleaned_data.get("primary"))
                for form in self.forms
                if hasattr(form, "cleaned_data")
            )
            > 1
        ):
            raise forms.ValidationError(_("Choose only one primary address."))

    def save(self, commit=True):
        saved = super().save(commit=False)
        # A constraint allows only one primary address at any moment.
        for address in sorted(saved, key=attrgetter("primary")):
            address.save()
        self._copy_primary()
        return saved

    def _copy_primary(self):
        member = self.instance
        primary = member.emailaddress_set.order_by("-primary", "-verified", "pk").first()
        if primary and not primary.primary:
            primary.set_as_primary()
        elif primary and member.email != primary.email:
            member.email = primary.email
            member.save(update_fields=["email"])


class EmailAddressInline(OwnersOnly, admin.TabularInline):
    model = EmailAddress
    form = AddressForm
    formset = AddressFormSet
    fields = ["email", "verified", "primary"]
    extra = 0
    can_delete = False
