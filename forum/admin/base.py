"""Base classes of all model admins."""

from collections.abc import Sequence
from itertools import product

from django.contrib import admin
from django.contrib.admin import widgets
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html

from forum.views.decorators import retry_on_integrity_error

from .unsent import Refilled


class NoDeletion:
    def has_delete_permission(self, request, obj=None):
        return False


MAX_SEARCH, MAX_WORDS = 1000, 50  # characters, words
# Suffixes that Django's filters and date hierarchy add to field names.
LOOKUPS = ("exact", "id__exact", "isnull", "isempty", "gte", "lt", "year", "month", "day")


class AutocompleteSelect(widgets.AutocompleteSelect):
    """Django's widget, which fails if a form is shown again with a value that is not an id."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(
            name, [one for one in value if one.isascii() and one.isdigit() and len(one) < 19], attr
        )


class ForumAdmin(Refilled, NoDeletion, admin.ModelAdmin):
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they would count all rows for every choice
    linked_lookups: Sequence[str] = ()  # query parameters that `list_link` uses for this list

    @method_decorator(retry_on_integrity_error)
    def changeform_view(self, request, *args, **kwargs):
        return super().changeform_view(request, *args, **kwargs)

    def lookup_allowed(self, lookup, value, request=None):
        """An allow-list. Django allows any lookup on local fields, even if no column shows them.

        With `?session_key__startswith=`, staff who may view sessions could guess keys letter by
        letter.
        """
        filters = [name_of(one) for one in self.get_list_filter(request)]
        fields = [*filters, self.date_hierarchy] if self.date_hierarchy else filters
        allowed = {f"{field}__{ending}" for field, ending in product(fields, LOOKUPS)}
        return lookup in {*allowed, *filters, *self.linked_lookups}

    def get_changelist_instance(self, request):
        """Treat impossible years like other invalid filter values; Django fails with them."""
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            raise IncorrectLookupParameters from error

    def get_search_results(self, request, queryset, search_term):
        """Limit the number of words, each of which adds a condition on every field."""
        return super().get_search_results(request, queryset, first_words(search_term))

    def get_paginator(self, request, queryset, *args, **kwargs):
        """Show entries of others only to owners, because they may name private categories."""
        if queryset.model is LogEntry and not request.user.is_superuser:
            queryset = queryset.filter(user=request.user)
        return super().get_paginator(request, queryset, *args, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_object(self, request, object_id, from_field=None):
        # Django fails with an empty `_to_field`.
        return super().get_object(request, object_id, from_field or None)

    def view_on_site(self, obj):
        if not hasattr(obj, "get_absolute_url"):
            return None
        try:
            return obj.get_absolute_url()
        except NoReverseMatch:
            # A refused form has changed the object, for example to an empty slug.
            return None


def first_words(text):
    """The first words of a search, within MAX_SEARCH and MAX_WORDS."""
    return " ".join(text[:MAX_SEARCH].split()[:MAX_WORDS])


def name_of(list_filter):
    """The name of the filter's field, or the query parameter of a custom filter."""
    if isinstance(list_filter, str):
        return list_filter
    return list_filter[0] if isinstance(list_filter, tuple) else list_filter.parameter_name


class ReadOnly(NoDeletion):
    """A mixin for a ModelAdmin or inline that can only be viewed."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class OwnersOnly(NoDeletion):
    """A mixin for models that only owners may change: rights, or access to accounts."""

    def has_add_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser


def list_link(model, text, **filters):
    """A link to the admin list of one of the forum's models, with these filters."""
    address = reverse(f"admin:forum_{model}_changelist", query=filters)
    return format_html('<a href="{}">{}</a>', address, text)
