from django.contrib import admin
from django.db.models import Exists, OuterRef

from forum.models import ImportedAuthor, ImportedMessage, Post

from .base import ForumAdmin, ReadOnly


@admin.register(ImportedAuthor)
class ImportedAuthorAdmin(ReadOnly, ForumAdmin):
    list_display = ["user", "address_hash"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__name", "=address_hash"]
    ordering = ["-pk"]
    fields = ["user", "address_hash"]


@admin.register(ImportedMessage)
class ImportedMessageAdmin(ReadOnly, ForumAdmin):
    list_display = ["message_id", "post"]
    list_select_related = ["post__topic"]
    search_fields = ["message_id"]
    ordering = ["-pk"]
    fields = ["message_id", "post"]

    def get_queryset(self, request):
        posts = Post.objects.visible_to(request.user).filter(pk=OuterRef("post"))
        return super().get_queryset(request).filter(Exists(posts))
