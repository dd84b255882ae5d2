from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from forum.models import Announcement
from forum.models.editions import Edition
from forum.templatetags.parley import moment

from .base import ForumAdmin, OwnersOnly
from .forms import AnnouncementForm
from .verbs import Verb, WithVerbs, action

END = Verb(
    name="end",
    label=_("End"),
    done=_("Ended."),
    is_needed=lambda announcement: announcement.is_current,
    is_allowed=lambda announcement, user: user.is_superuser,
    run=lambda announcement, user: announcement.end(),
)


@admin.register(Announcement)
class AnnouncementAdmin(WithVerbs, OwnersOnly, ForumAdmin):
    """Announcements, which all open pages show at once."""

    form = AnnouncementForm
    list_display = ["text", "state", "until", "made_by", "created_at"]
    list_select_related = ["made_by"]
    search_fields = ["text"]
    ordering = ["-pk"]
    verbs = [END]
    actions = [action(END)]

    def get_fields(self, request, obj=None):
        return ["text", "until", "state", "preview", "written"] if obj else ["text", "until"]

    def get_readonly_fields(self, request, obj=None):
        return ["state", "preview", "written"] if obj else []

    def save_model(self, request, obj, form, change):
        if change:
            obj.save()
            return
        obj.made_by = request.user
        Edition.objects.bump()  # takes a lock: serialises concurrent forms
        twin = (
            Announcement.objects.current()
            .filter(text=obj.text, until=obj.until, made_by=request.user)
            .first()
        )
        if twin:  # the form was sent twice
            obj.pk = twin.pk
        else:
            obj.save()

    # --- Columns ---

    @admin.display(description=_("state"))
    def state(self, announcement):
        if announcement.is_current:
            return format_html('<span class="badge badge--on">{}</span>', _("shown"))
        return _("over")

    @admin.display(description=_("preview"))
    def preview(self, announcement):
        html = mark_safe(announcement.html)  # noqa: S308 - sanitised
        return format_html('<div class="post-preview" dir="auto">{}</div>', html)

    @admin.display(description=_("created"))
    def written(self, announcement):
        return format_html(
            "{} · {}", moment(announcement.created_at), announcement.made_by or _("by command")
        )
