import allauth.usersessions.admin  # noqa: F401 - registers what is unregistered below
from allauth.usersessions.models import UserSession
from django.contrib import admin

from .base import ForumAdmin, ReadOnly

admin.site.unregister(UserSession)


@admin.register(UserSession)
class SessionAdmin(ReadOnly, ForumAdmin):
    """Sessions. The key is never shown, because it would let others act as the member."""

    list_display = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
    list_select_related = ["user"]
    list_filter = ["created_at"]
    search_fields = ["user__username", "ip"]
    ordering = ["-pk"]
    fields = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
