"""Form parts of the admin; topics and posts use the same fields and rules as the site."""

from collections.abc import Sequence

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.utils.translation import gettext_lazy as _

from forum.forms import posts, topics
from forum.forms.short_text import UncutField


class BodyField(posts.BodyField):
    def __init__(self):
        super().__init__(label=_("Text"))
        self.widget = AdminTextareaWidget(attrs={"rows": 20, "dir": "auto"})


class TitleField(topics.TitleField):
    def __init__(self):
        super().__init__()
        self.widget = AdminTextInputWidget(attrs={"dir": "auto"})


class AnnouncementForm(forms.ModelForm):
    class Meta:
        field_classes = {"text": UncutField}
        widgets = {"text": AdminTextareaWidget(attrs={"rows": 4, "dir": "auto"})}
        help_texts = {
            "text": _(
                "Markdown, at most 300 characters; links are welcome. Several lines become one."
            )
        }


class GuardedForm(forms.ModelForm):
    """Doesn't save over what somebody else has changed since the form was shown.

    It comes back as it was typed, with `conflict` (the object as it stands now) and the new
    version:
    whoever sends it again means it.
    """

    counter = "version"  # the field of the model that rises with every change
    compared: Sequence[str] = ()  # the fields that this form changes
    conflict = None

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = getattr(self.instance, self.counter)

    def clean(self):
        cleaned = super().clean()
        stands = self.as_it_stands()
        version = getattr(stands, self.counter)
        if cleaned.get("version") != version and self._differs_from(stands):
            self.conflict = stands
            self.data = self.data.copy()
            self.data["version"] = version
            raise forms.ValidationError(
                _(
                    "This has been changed since you opened the form, so your changes haven't been "
                    "saved yet. Compare both, merge what you need, and save again."
                ),
                code="conflict",
            )
        return cleaned

    def as_it_stands(self):
        """The stored object, under its topic's lock: nobody comes between this look and the
        saving.
        """
        raise NotImplementedError

    def _differs_from(self, stands):
        return any(self.cleaned_data.get(name) != getattr(stands, name) for name in self.compared)
