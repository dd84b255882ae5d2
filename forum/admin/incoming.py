from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forum.incoming.models import CategoryAddress, IncomingMail
from forum.incoming.processing import process

from . import outbox
from .base import OwnersOnly
from .verbs import action

TRY_AGAIN = outbox.try_again(process)


class StateFilter(outbox.StateFilter):
    STATES: dict[str, tuple] = {
        **{name: outbox.StateFilter.STATES[name] for name in ("waiting", "given_up")},
        **{value: (label, {"outcome": value}) for value, label in IncomingMail.Outcome.choices},
    }


@admin.register(IncomingMail)
class IncomingMailAdmin(outbox.OutboxAdmin):
    """Mails to the forum and what became of them; their content is never shown."""

    verbs = [TRY_AGAIN]
    actions = [action(TRY_AGAIN)]
    list_display = ["created_at", "state", "sender", "subject", "error"]
    list_filter = [StateFilter, "created_at"]
    list_select_related = ["post__topic"]
    search_fields = ["sender", "subject", "=message_id"]
    fields = readonly_fields = (
        "created_at",
        "sender",
        "subject",
        "message_id",
        "post_link",
        "left_out",
        *outbox.TIMES,
    )

    @admin.display(description=_("state"))
    def state(self, mail):
        return mail.get_outcome_display() or super().state(mail)

    @admin.display(description=_("post"))
    def post_link(self, mail):
        if not mail.post_id:
            return "–"
        return format_html('<a href="{}">{}</a>', mail.post.get_absolute_url(), mail.post)


class CategoryAddressInline(OwnersOnly, admin.StackedInline):
    model = CategoryAddress
    fields = ["address", "takes_unverified"]
    verbose_name_plural = _("Topics by mail")
