from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import User

from .guarded import Guarded
from .limits import RateLimited
from .short_text import ShortTextField, UncutField
from .submissions import as_typed

FIELDS = ["name", "about", "hides_presence", "announces_updates", "reviews_replies"]


class LinesField(UncutField):
    def to_python(self, value):
        return as_typed(super().to_python(value))


class ProfileForm(Guarded, RateLimited, forms.ModelForm):
    class Meta:
        model = User
        fields = FIELDS
        field_classes = {"name": ShortTextField, "about": LinesField}
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"}),
            "about": forms.Textarea(attrs={"dir": "auto", "rows": 6}),
        }
        help_texts = {
            "name": _("Shown on your posts. Leave it empty to show your username instead."),
            "about": _("A few lines about you, shown on your page. At most 1,000 characters."),
        }

    def __init__(self, *args, instance, **kwargs):
        stored = {name: getattr(instance, name) for name in FIELDS}
        super().__init__(*args, instance=instance, stored=stored, **kwargs)

    @property
    def rate(self):  # type: ignore[override]  # depends on what was changed
        return "profile" if self.cleaned_data.get("name") == self.instance.name else "name"

    def save(self, commit=True):
        self.instance.save(update_fields=FIELDS)
        return self.instance
