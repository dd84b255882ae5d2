from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .base import ForumAdmin, ReadOnly


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, ForumAdmin):
    """The admin log. Only owners see entries of others, which may name private categories."""

    list_display = ["action_time", "user", "linked_object", "kind", "message"]
    list_select_related = ["user", "content_type"]
    list_filter = ["action_time", "action_flag", ("content_type", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["object_repr", "change_message", "user__username"]
    date_hierarchy = "action_time"
    ordering = ["-pk"]
    fields = ["action_time", "user", "linked_object", "kind", "message"]

    def get_queryset(self, request):
        entries = super().get_queryset(request).select_related("user", "content_type")
        return entries if request.user.is_superuser else entries.filter(user=request.user)

    @admin.display(description=_("object"))
    def linked_object(self, entry):
        address = entry.get_admin_url()
        if not address:
            return entry.object_repr
        return format_html('<a href="{}">{}</a>', address, entry.object_repr)

    @admin.display(description=_("kind"), ordering="content_type")
    def kind(self, entry):
        return entry.content_type.name if entry.content_type else ""

    @admin.display(description=_("action"))
    def message(self, entry):
        return entry.get_change_message() or entry.get_action_flag_display()
