"""Refills admin forms that were sent while signed out: see forum/forms/unsent.py."""

import json

from django.contrib import admin
from django.http import QueryDict

from forum.forms import unsent

# Ends of form URLs. Buttons and list actions can simply be repeated.
FORMS = ("/add/", "/change/")


def fields_of(request):
    """The submitted fields, except passwords and Django's own, as one text for `unsent.pack`."""
    if not request.path.endswith(FORMS):
        return {}
    sent = {name: values for name, values in request.POST.lists() if is_kept(name)}
    return {"sent": json.dumps(sent, ensure_ascii=False)}


def is_kept(name):
    return "password" not in name and not name.startswith(("_", "csrf"))


class Refilled(admin.ModelAdmin):
    """A model admin whose forms are filled again."""

    def get_form(self, request, obj=None, change=False, **options):
        form = super().get_form(request, obj, change, **options)
        is_shown = request.method == "GET" and request.path.endswith(FORMS)
        kept = unsent.kept_for(request, request.path) if is_shown else None
        sent = kept["fields"].get("sent") if kept else None
        return filled_with(form, json.loads(sent)) if sent else form

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        unsent.forget(request)


def filled_with(form, sent):
    data = QueryDict(mutable=True)
    for name, values in sent.items():
        data.setlist(name, values)

    class Filled(form):  # type: ignore[valid-type, misc]  # depends on the model
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            for name, field in self.fields.items():
                if not field.widget.value_omitted_from_data(data, {}, name):
                    self.initial[name] = field.widget.value_from_datadict(data, {}, name)

    return Filled
