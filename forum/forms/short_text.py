from django import forms

from forum.text.short_text import one_line, validate_short_text


class UncutField(forms.CharField):
    """Has no `maxlength` attribute, with which browsers silently truncate pasted text.

    Text that is too long is refused with a message instead.
    """

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class ShortTextField(UncutField):
    """One line of text, under the rules of forum/text/short_text.py."""

    default_validators = [validate_short_text]

    def to_python(self, value):
        return one_line(super().to_python(value))
