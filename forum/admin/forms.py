"""Form parts of the admin; topics and posts have the same fields and rules as on the site."""

from collections.abc import Sequence
from typing import cast

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from forum.forms import posts, topics
from forum.forms.short_text import UncutField


class BodyField(posts.BodyField):
    def __init__(self, **kwargs):
        super().__init__(label=_("Text"), **kwargs)
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
    """Refuses to overwrite changes made since the form was shown.

    It is shown again with `conflict` (the stored object) and the new version; sent again, it saves.
    """

    counter = "version"  # the model field that is incremented by every change
    compared: Sequence[str] = ()  # the fields that this form changes
    conflict = None

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = getattr(self.instance, self.counter)

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        stored = self.stored_object()
        version = getattr(stored, self.counter)
        if cleaned.get("version") != version and self._differs_from(stored):
            self.conflict = stored
            data = cast(QueryDict, self.data).copy()
            data["version"] = version
            self.data = data
            raise forms.ValidationError(
                _(
                    "This has been changed since you opened the form, so your changes haven't been"
                    " saved yet. Compare both, merge what you need, and save again."
                ),
                code="conflict",
            )
        return cleaned

    def stored_object(self):
        """The stored object, read under its topic's lock, which is held until saving."""
        raise NotImplementedError

    def _differs_from(self, stored):
        return any(self.cleaned_data.get(name) != getattr(stored, name) for name in self.compared)
