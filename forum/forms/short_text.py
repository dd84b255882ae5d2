from django import forms

from forum.short_text import one_line, validate_short_text


class ShortTextField(forms.CharField):
    """A line that people type, under the rules that all short texts have."""

    default_validators = [validate_short_text]

    def to_python(self, value):
        return one_line(super().to_python(value))
