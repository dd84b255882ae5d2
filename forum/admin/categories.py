from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forum.forms.short_text import UncutField
from forum.models import Category
from forum.templatetags.parley import swatch

from .base import ForumAdmin, list_link
from .incoming import CategoryAddressInline


class CategoryForm(forms.ModelForm):
    class Meta:
        field_classes = {"description": UncutField}
        widgets = {"color": forms.TextInput(attrs={"type": "color"})}


@admin.register(Category)
class CategoryAdmin(ForumAdmin):
    form = CategoryForm
    list_display = ["colored_name", "parent", "position", "access", "topics_link"]
    list_editable = ["position"]
    list_select_related = ["parent"]
    search_fields = ["name", "description"]
    ordering = ["position", "name"]
    autocomplete_fields = ["parent"]
    filter_horizontal = ["readers", "posters"]
    inlines = [CategoryAddressInline]
    fieldsets = [
        (
            None,
            {"fields": ["name", "description", "color", "position", "parent", "takes_answers"]},
        ),
        (_("Permissions"), {"fields": ["readers", "posters"]}),
        (
            _("Address"),
            {
                "fields": ["slug"],
                "classes": ["collapse"],
                "description": _(
                    "Derived from the name if left empty. Old links keep working after a change."
                ),
            },
        ),
    ]

    def get_queryset(self, request):
        reader_groups = Category.readers.through.objects
        readers = reader_groups.filter(Q(category=OuterRef("pk")) | Q(category=OuterRef("parent")))
        posters = Category.posters.through.objects.filter(category=OuterRef("pk"))
        categories: Any = super().get_queryset(request)
        return categories.visible_to(request.user).annotate(
            has_readers=Exists(readers), has_posters=Exists(posters)
        )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- Columns ---

    @admin.display(description=_("category"), ordering="name")
    def colored_name(self, category):
        return format_html("{} {}", swatch(category), category.name)

    @admin.display(description=_("for"))
    def access(self, category):
        if category.has_readers:
            return _("some groups only")
        return _("everyone reads, some groups post") if category.has_posters else _("everybody")

    @admin.display(description=_("topics"))
    def topics_link(self, category):
        return list_link("topic", _("show"), category=category.pk)
