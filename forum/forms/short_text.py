from django import forms

from forum.text.short_text import one_line, validate_short_text


class UncutField(forms.CharField):
    """Takes what is too long, to say so: with `maxlength` browsers cut off what is pasted, and tell
    nobody.
    """

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class ShortTextField(UncutField):
    """A line that people type, under the rules that all short texts have."""

    default_validators = [validate_short_text]

    def to_python(self, value):
        return one_line(super().to_python(value))
