from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from forum.mail.delivery import deliver
from forum.mail.models import Mail

from .base import ForumAdmin, OwnersOnly
from .verbs import Verb, WithVerbs, action


def try_again(mail, user):
    mail.try_again()
    deliver.after_commit()


TRY_AGAIN = Verb(
    "try-again",
    _("Try again"),
    _("Tried again."),
    is_needed=lambda mail: mail.given_up_at is not None,
    is_allowed=lambda mail, user: user.is_superuser,
    run=try_again,
)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    STATES = {
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


@admin.register(Mail)
class MailAdmin(WithVerbs, OwnersOnly, ForumAdmin):
    """Outgoing emails and their state; their content is never shown."""

    verbs = [TRY_AGAIN]
    actions = [action(TRY_AGAIN)]
    list_display = ["created_at", "to", "subject", "state", "attempts", "error"]
    list_filter = [StateFilter, "created_at"]
    search_fields = ["to", "subject"]
    ordering = ["-pk"]
    fields = (
        "created_at",
        "to",
        "subject",
        "state",
        "attempts",
        "due_at",
        "sent_at",
        "given_up_at",
        "error",
    )
    readonly_fields = fields
    change_form_template = "admin/forum/change_form.html"

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description=_("state"))
    def state(self, mail):
        if mail.sent_at:
            return _("Sent")
        if mail.given_up_at:
            return _("Given up")
        return _("Waiting") if not mail.error else _("Will be tried again")
