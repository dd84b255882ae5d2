from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    name = "forum.mail"
    verbose_name = _("Mail")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from forum.signals import access_ended, bounced

        from . import bounces, delivery, retention  # noqa: F401 - register their jobs

        access_ended.connect(revoke_of_suspended, dispatch_uid="revoke_reply_addresses")
        bounced.connect(bounces.on_bounced, dispatch_uid="bounces")


def revoke_of_suspended(members, **kwargs):
    from forum.models import User

    from .models import ReplyKey

    suspended = User.objects.filter(pk__in=members, is_active=False)
    ReplyKey.objects.revoke(list(suspended.values_list("pk", flat=True)))
