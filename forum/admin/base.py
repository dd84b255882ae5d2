"""What all pages of the admin have in common."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html


class NoDeletion:
    def has_delete_permission(self, request, obj=None):
        return False


class ForumAdmin(NoDeletion, admin.ModelAdmin):
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count all rows once for every choice

    def view_on_site(self, obj):
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None


class ReadOnly(NoDeletion):
    """To be looked at only; for a ModelAdmin or an inline."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class OwnersOnly(NoDeletion):
    """Changed by superusers only, since it decides what others may do or lets one sign in as them."""

    def has_add_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser


def list_link(model, text, **filters):
    """A link to the list of a model of ours, narrowed by these parameters."""
    address = reverse(f"admin:forum_{model}_changelist", query=filters)
    return format_html('<a href="{}">{}</a>', address, text)
