from django.contrib import admin

from forum.mail.delivery import deliver
from forum.mail.models import Mail

from .outbox import TIMES, OutboxAdmin, try_again
from .verbs import action

TRY_AGAIN = try_again(deliver)


@admin.register(Mail)
class MailAdmin(OutboxAdmin):
    """Outgoing emails and their state; their content is never shown."""

    verbs = [TRY_AGAIN]
    actions = [action(TRY_AGAIN)]
    list_display = ["created_at", "state", "to", "subject", "attempts", "error"]
    search_fields = ["to", "subject"]
    fields = readonly_fields = ("created_at", "to", "subject", *TIMES)
