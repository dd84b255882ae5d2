from django import forms
from django.utils.translation import gettext_lazy as _

from . import kinds, preferences
from .models import Preferences

MAIL = [("off", _("No email")), ("single", _("An email each")), ("digest", _("In the digest"))]


class PreferencesForm(forms.ModelForm):
    """For each kind a box for page and push, and a choice for email; then the other fields."""

    class Meta:
        model = Preferences
        fields = ["own_topics", "after_reply"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in kinds.ALL:
            chosen = preferences.ways(self.instance, kind)
            self.fields |= {  # the page labels columns and rows; each field needs both
                f"{kind.name}-page": forms.BooleanField(
                    required=False, initial=chosen.page, label=_("On pages")
                ),
                f"{kind.name}-push": forms.BooleanField(
                    required=False, initial=chosen.push, label=_("Push")
                ),
                f"{kind.name}-mail": forms.ChoiceField(
                    choices=MAIL, initial=chosen.mail, label=_("Email")
                ),
            }
            for way in ("page", "push", "mail"):
                field = self.fields[f"{kind.name}-{way}"]
                field.widget.attrs["aria-label"] = f"{kind.label}: {field.label}"

    @property
    def rows(self):
        """(Kind, its three bound fields) for each kind."""
        return [
            (kind, [self[f"{kind.name}-{way}"] for way in ("page", "push", "mail")])
            for kind in kinds.ALL
        ]

    def save(self, commit=True):
        self.instance.ways = {}
        for kind in kinds.ALL:
            usual = vars(preferences.usual(kind))
            chosen = {way: self.cleaned_data[f"{kind.name}-{way}"] for way in usual}
            differing = {way: value for way, value in chosen.items() if value != usual[way]}
            if differing:
                self.instance.ways[kind.name] = differing
        return super().save(commit)
