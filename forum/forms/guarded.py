"""Forms that refuse to overwrite changes made since they were shown."""

import hashlib
import json
from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .submissions import as_typed

CHANGED = _(
    "This was changed while you were writing, and now reads: “%(text)s”. Send it again to replace"
    " that."
)


class Guarded(forms.Form):
    """Refuses to save once if a value was changed since the form was shown; sent again, it saves.

    `stored` ({field name: value}) is what the form would replace. Sending a saved form again
    changes nothing and doesn't count towards rate limits.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, stored, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored = stored
        self.initial.setdefault("seen", fingerprint(stored))

    def clean(self):
        now, changed = fingerprint(self.stored), self.changed()
        if changed and self.cleaned_data.get("seen") not in ("", now):
            data = cast(QueryDict, self.data).copy()
            data["seen"] = now
            self.data = data
            raise forms.ValidationError(
                CHANGED, code="changed", params={"text": self.stored[changed[0]]}
            )
        return super().clean()

    def changed(self):
        """The names of the fields whose values differ from the stored ones."""
        return [
            name
            for name, value in self.stored.items()
            if self.cleaned_data.get(name, value) != value
        ]

    def is_already_saved(self):
        """Whether all values are already stored; compares raw input, without validating it."""
        return all(sent(self[name]) == plain(value) for name, value in self.stored.items())

    def is_counted(self):
        return bool(self.changed())


def sent(bound):
    return plain(bound.field.to_python(bound.data))


def plain(value):
    return as_typed(value) if isinstance(value, str) else value


def fingerprint(values):
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
