from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Category
from forum.models.tags import NAME_LENGTH, key_of
from forum.text.short_text import validate_short_text

from .query import LONGEST


def calendar():
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")  # in every language


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, validators=[validate_short_text])


class SearchForm(forms.Form):
    """The filters of a query as fields. What is sent becomes one line: see `line`."""

    q = forms.CharField(label=_("Words"), max_length=LONGEST, required=False)
    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Category"),
        required=False,
        to_field_name="slug",
        empty_label=_("All"),
    )
    tag = forms.CharField(label=_("Tag"), max_length=NAME_LENGTH, required=False)
    author = forms.CharField(label=_("Written by"), max_length=60, required=False)
    after = forms.DateField(label=_("Since"), required=False, widget=calendar())
    before = forms.DateField(label=_("Before"), required=False, widget=calendar())
    topics = forms.ChoiceField(
        label=_("Topics"),
        required=False,
        choices=[
            ("", _("All")),
            ("is:open", _("Open")),
            ("is:closed", _("Closed")),
            ("is:solved", _("Solved")),
            ("is:unsolved", _("Not solved")),
        ],
    )
    titles = forms.BooleanField(label=_("In titles only"), required=False)

    def __init__(self, *args, reader, **kwargs):
        super().__init__(*args, **kwargs)
        category = cast(forms.ModelChoiceField, self.fields["category"])
        category.queryset = Category.objects.visible_to(reader).in_order()

    def clean(self):
        if not self.errors and len(self.line) > LONGEST:
            self.add_error("q", _("This is too long together with the filters."))

    @property
    def line(self):
        """The query that the fields say."""
        chosen = self.cleaned_data
        author, category = chosen["author"].lstrip("@").strip(), chosen["category"]
        tag = key_of(chosen["tag"])
        parts = [
            chosen["q"],
            category and f"#{category.slug}",
            tag and f"tag:{tag}",
            author and f"@{author}",
            chosen["after"] and f"after:{chosen['after']:%Y-%m-%d}",
            chosen["before"] and f"before:{chosen['before']:%Y-%m-%d}",
            chosen["topics"],
            chosen["titles"] and "in:title",
        ]
        return " ".join(part for part in parts if part)

    @classmethod
    def is_sent(cls, data):
        """Whether somebody has sent the fields, and not a line that has all of them."""
        return any(name in data for name in cls.base_fields if name != "q")


def fields_of(query):
    """The initial fields of the form. What it has no field for stays among the words."""
    chosen = {one.field: one for one in query.filters if one.field}
    values = {name: one.value for name, one in chosen.items()}
    return {**values, "q": query.without(chosen.values())}
