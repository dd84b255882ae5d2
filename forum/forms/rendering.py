"""How forms are shown: after an error the focus is on the first field that is wrong, or on words
above the fields.
"""

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting


class Field(BoundField):
    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        if self.errors and self.name == first_wrong(self.form):
            attrs["autofocus"] = True
        return attrs


def first_wrong(form):
    """The name of a field; None where words above the fields have the focus
    (django/forms/errors/list/ul.html).
    """
    if form.non_field_errors():
        return None
    return next((field.name for field in form.visible_fields() if field.errors), None)


class Renderer(TemplatesSetting):
    bound_field_class = Field
