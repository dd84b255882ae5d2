from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forum.incoming.models import CategoryAddress, IncomingMail
from forum.incoming.processing import process

from .base import ForumAdmin, OwnersOnly
from .verbs import Verb, WithVerbs, action


def try_again(mail, user):
    mail.try_again()
    process.after_commit()


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
    STATES: dict = {
        "waiting": (_("Waiting"), {"due_at__isnull": False}),
        "given_up": (_("Given up"), {"given_up_at__isnull": False}),
        **{value: (label, {"outcome": value}) for value, label in IncomingMail.Outcome.choices},
    }

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _condition) in self.STATES.items()]

    def queryset(self, request, queryset):
        state = self.value()
        return queryset.filter(**self.STATES[state][1]) if state in self.STATES else queryset


@admin.register(IncomingMail)
class IncomingMailAdmin(WithVerbs, OwnersOnly, ForumAdmin):
    """Mails to the forum and what became of them; their content is never shown."""

    verbs = [TRY_AGAIN]
    actions = [action(TRY_AGAIN)]
    list_display = ["created_at", "sender", "subject", "state", "attempts", "error"]
    list_filter = [StateFilter, "created_at"]
    search_fields = ["sender", "subject", "=message_id"]
    list_select_related = ["post__topic"]
    ordering = ["-pk"]
    fields = (
        "created_at",
        "sender",
        "subject",
        "message_id",
        "state",
        "post_link",
        "left_out",
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
        if mail.outcome:
            return mail.get_outcome_display()
        if mail.given_up_at:
            return _("Given up")
        return _("Waiting") if not mail.error else _("Will be tried again")

    @admin.display(description=_("post"))
    def post_link(self, mail):
        if not mail.post_id:
            return "–"
        return format_html('<a href="{}">{}</a>', mail.post.get_absolute_url(), mail.post)


class CategoryAddressInline(OwnersOnly, admin.StackedInline):
    model = CategoryAddress
    fields = ["address", "takes_unverified"]
    verbose_name_plural = _("Topics by mail")
