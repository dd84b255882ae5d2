"""Events that members are told of, emails and pushes about them: what waits, and what failed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from forum.notifications.mailing import digests, sending
from forum.notifications.models import Delivery, Digest, Event, PushDelivery
from forum.notifications.push.sending import deliver as push
from forum.notifications.telling import tell

from .outbox import TIMES, OutboxAdmin, try_again
from .verbs import action

TELL_AGAIN = try_again(tell)
SEND_AGAIN = try_again(sending.deliver)
WRITE_AGAIN = try_again(digests.write_due)
PUSH_AGAIN = try_again(push)


@admin.register(Event)
class EventAdmin(OutboxAdmin):
    """What members are yet to be told; deleted once they are."""

    verbs = [TELL_AGAIN]
    actions = [action(TELL_AGAIN)]
    list_display = ["created_at", "state", "__str__", "attempts", "error"]
    list_select_related = ["topic", "post__topic"]
    fields = readonly_fields = ("created_at", "kind", "topic", "post", "by", *TIMES)


@admin.register(Delivery)
class DeliveryAdmin(OutboxAdmin):
    """Emails about one notice each; which are sent is seen under Mails."""

    verbs = [SEND_AGAIN]
    actions = [action(SEND_AGAIN)]
    list_display = ["created_at", "state", "member", "kind", "attempts", "error"]
    list_select_related = ["member", "notice"]
    fields = readonly_fields = ("created_at", "member", "kind", *TIMES)

    @admin.display(description=_("kind"))
    def kind(self, delivery):
        return delivery.notice.kind


@admin.register(Digest)
class DigestAdmin(OutboxAdmin):
    """The time of each member's next digest; “sent” is when the last one was."""

    verbs = [WRITE_AGAIN]
    actions = [action(WRITE_AGAIN)]
    list_display = ["member", "due_at", "sent_at", "state", "attempts", "error"]
    list_select_related = ["member"]
    fields = readonly_fields = ("member", *TIMES)


@admin.register(PushDelivery)
class PushAdmin(OutboxAdmin):
    """What is pushed to devices; the address of a device is a secret and never shown."""

    verbs = [PUSH_AGAIN]
    actions = [action(PUSH_AGAIN)]
    list_display = ["created_at", "state", "member", "device", "service", "attempts", "error"]
    list_select_related = ["device__member", "notice"]
    fields = readonly_fields = ("created_at", "member", "device", "service", *TIMES)

    @admin.display(description=_("member"))
    def member(self, push):
        return push.device.member

    @admin.display(description=_("push service"))
    def service(self, push):
        return push.device.host
