"""Tags: made, renamed and merged here, by staff who may change them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from forum.forms.short_text import UncutField
from forum.forms.tags import names_in
from forum.models import Category, Tag, TagName
from forum.models.tags import check_name, key_of, taken
from forum.templatetags.parley import grouped

from .base import ForumAdmin
from .verbs import Verb, WithVerbs, action

LONGEST = 2000  # characters of all synonyms


class TagForm(forms.ModelForm):
    synonyms = forms.CharField(
        label=_("Synonyms"),
        required=False,
        max_length=LONGEST,
        widget=AdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
        help_text=_(
            "With commas between them: whoever types one gets the tag, and its address leads there."
            " Former names are among them. One that you delete leads nowhere any more."
        ),
    )

    class Meta:
        model = Tag
        fields = ["name", "description", "synonyms", "groups", "categories"]
        field_classes = {"name": UncutField, "description": UncutField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["synonyms"] = ", ".join(one.name for one in self.instance.synonyms)

    def clean_name(self):
        self._refuse_taken([self.cleaned_data["name"]])
        return self.cleaned_data["name"]

    def clean_synonyms(self):
        names = names_in(self.cleaned_data["synonyms"])
        for name in names:
            check_name(name)
        self._refuse_taken(names)
        return names

    def _refuse_taken(self, names):
        keys = {key_of(name): name for name in names}
        others = TagName.objects.filter(key__in=keys).exclude(tag=self.instance.pk)
        for key in others.values_list("key", flat=True):
            raise ValidationError(taken(keys[key]).error_dict["name"])


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(Tag.objects.none(), label=_("Merge into"))

    def __init__(self, *args, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Tag.objects.visible_to(reader).in_order()  # type: ignore[attr-defined]  # Django's types know no field of a form by its class


@admin.register(Tag)
class TagAdmin(WithVerbs, ForumAdmin):
    form = TagForm
    list_display = ["name", "description", "other_names", "topics_shown"]
    search_fields = ["name", "description"]
    ordering = ["key"]
    filter_horizontal = ["groups", "categories"]
    actions = ["merge"]

    def get_queryset(self, request):
        tags: Any = super().get_queryset(request)
        return tags.visible_to(request.user).with_counts(request.user).prefetch_related("names")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "categories":
            kwargs["queryset"] = Category.objects.visible_to(request.user).in_order()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(self, request, form, formsets, change):
        """Keep the categories of the tag that its editor may not see, and which the form lacks."""
        tag = form.instance
        seen = Category.objects.visible_to(request.user)
        unseen = list(tag.categories.exclude(pk__in=seen)) if change else []
        super().save_related(request, form, formsets, change)
        tag.categories.add(*unseen)
        tag.call(form.cleaned_data["synonyms"] + former_name(form))

    @admin.action(description=_("Merge into another tag …"), permissions=["change"])
    def merge(self, request, queryset):
        form = MergeForm(request.POST if "merging" in request.POST else None, reader=request.user)
        if form.is_valid():
            action(merge_into(form.cleaned_data["into"]))(self, request, queryset)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge tags"),
            "opts": self.opts,
            "form": form,
            "tags": queryset,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "all_pages": request.POST.get("select_across", "0"),
            "checkbox": ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/forum/tag/merge.html", context)

    # --- Columns ---

    @admin.display(description=_("synonyms"))
    def other_names(self, tag):
        return ", ".join(sorted(one.name for one in tag.names.all() if one.key != tag.key))

    @admin.display(description=_("topics"), ordering="topics")
    def topics_shown(self, tag):
        return grouped(tag.topics)


def former_name(form):
    """The name that the form has changed, which stays as a synonym."""
    return [form.initial["name"]] if "name" in form.changed_data and form.initial else []


def merge_into(other):
    return Verb(
        name="merge_into",
        label=_("Merge into %(tag)s") % {"tag": other},
        done=_("Merged into %(tag)s.") % {"tag": other},
        is_needed=lambda tag: tag.pk != other.pk,
        is_allowed=lambda tag, user: True,
        run=lambda tag, user: tag.merge_into(other),
    )
