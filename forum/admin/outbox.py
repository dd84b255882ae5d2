"""The admin of outbox rows (forum/jobs/outbox.py): their state, the reason, and “Try again”."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from .base import ForumAdmin, OwnersOnly
from .verbs import Verb, WithVerbs

TIMES = ("state", "attempts", "due_at", "sent_at", "given_up_at", "error")


def try_again(job):
    """The Verb for rows that were given up; `job` is asked to take them at once."""

    def run(row, user):
        row.try_again()
        job.after_commit()

    return Verb(
        "try-again",
        _("Try again"),
        _("Tried again."),
        is_needed=lambda row: row.given_up_at is not None,
        is_allowed=lambda row, user: user.is_superuser,
        run=run,
    )


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    STATES: dict[str, tuple] = {
        "waiting": (_("Waiting"), {"due_at__isnull": False}),
        "sent": (_("Sent"), {"sent_at__isnull": False}),
        "given_up": (_("Given up"), {"given_up_at__isnull": False}),
    }

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _condition) in self.STATES.items()]

    def queryset(self, request, queryset):
        state = self.value()
        if state in self.STATES:
            return queryset.filter(**self.STATES[state][1])
        return queryset


class OutboxAdmin(WithVerbs, OwnersOnly, ForumAdmin):
    list_filter = [StateFilter, "created_at"]
    ordering = ["-pk"]
    change_form_template = "admin/forum/change_form.html"

    def has_add_permission(self, request, obj=None):
        return False

    def render_change_form(self, request, context, *args, **kwargs):
        """No field can be changed, so there is nothing to save."""
        nothing = {"show_save": False, "show_save_and_continue": False, "show_close": True}
        return super().render_change_form(request, context | nothing, *args, **kwargs)

    @admin.display(description=_("state"))
    def state(self, row):
        if row.due_at:
            return _("Waiting") if not row.error else _("Will be tried again")
        if row.given_up_at:
            return _("Given up")
        return _("Sent") if row.sent_at else "–"
