from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forum.models import Upload
from forum.models.uploads import REMOVED
from forum.uploads.models import Preparation
from forum.uploads.preparing import prepare
from forum.uploads.removing import remove

from . import outbox
from .base import ForumAdmin, OwnersOnly
from .filters import Happened
from .verbs import Verb, WithVerbs, action

REMOVE = Verb(
    name="remove",
    label=_("Remove"),
    done=_("Removed."),
    is_needed=lambda upload: upload.reason != REMOVED,
    is_allowed=lambda upload, user: user.is_superuser,
    run=lambda upload, user: remove(upload),
)
TRY_AGAIN = outbox.try_again(prepare)


@admin.register(Upload)
class UploadAdmin(WithVerbs, OwnersOnly, ForumAdmin):
    """Pictures and files of members. Posts show words in the place of those that are removed."""

    verbs = [REMOVE]
    actions = [action(REMOVE)]
    change_form_template = "admin/forum/change_form.html"
    list_display = ["created_at", "bytes", "member", "kind", "state", "filename", "is_avatar"]
    list_filter = ["state", "kind", "is_avatar", ("missing_since", Happened), "created_at"]
    list_select_related = ["member"]
    search_fields = ["member__username", "filename"]
    search_help_text = _("Username or file name")
    ordering = ["-pk"]
    fields = readonly_fields = (
        "link",
        "member",
        "created_at",
        "bytes",
        "kind",
        "filename",
        "state",
        "refusal",
        "is_avatar",
        "missing_since",
        "posts",
    )

    def has_add_permission(self, request, obj=None):
        return False

    def render_change_form(self, request, context, *args, **kwargs):
        """No field can be changed, so there is nothing to save."""
        nothing = {"show_save": False, "show_save_and_continue": False, "show_close": True}
        return super().render_change_form(request, context | nothing, *args, **kwargs)

    @admin.display(description=_("bytes"), ordering="size")
    def bytes(self, upload):
        return filesizeformat(upload.size)

    @admin.display(description=_("file"))
    def link(self, upload):
        return format_html('<a href="{0}">{0}</a>', upload.get_absolute_url())

    @admin.display(description=_("posts that show it"))
    def posts(self, upload):
        return upload.uses.filter(is_shown=True).count()


@admin.register(Preparation)
class PreparationAdmin(outbox.OutboxAdmin):
    """Pictures that wait to be prepared, or were given up."""

    verbs = [TRY_AGAIN]
    actions = [action(TRY_AGAIN)]
    list_display = ["created_at", "state", "upload", "attempts", "error"]
    list_select_related = ["upload"]
    fields = readonly_fields = ("created_at", "upload", *outbox.TIMES)
