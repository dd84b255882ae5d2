"""Form rendering: after an error, focus is on the first invalid field or the message above all."""

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting


class Field(BoundField):
    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        if self.errors and self.name == first_invalid(self.form):
            attrs["autofocus"] = True
        return attrs


def first_invalid(form):
    """The name of the first invalid field.

    None if the form has errors of its own, which take the focus (django/forms/errors/list/ul.html).
    """
    if form.non_field_errors():
        return None
    return next((field.name for field in form.visible_fields() if field.errors), None)


class Renderer(TemplatesSetting):
    bound_field_class = Field
