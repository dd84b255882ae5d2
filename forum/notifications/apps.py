from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "forum.notifications"
    verbose_name = _("Notifications")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from forum.models import Announcement
        from forum.pages import personal
        from forum.signals import changing, seen, telling, told, withdrawn

        from . import groups, recording, retention, seeing, storing, ways  # noqa: F401 - retention has a job
        from .mailing import digests, sending  # noqa: F401 - register their jobs
        from .mailing import recording as mailing
        from .push import forgetting
        from .push import recording as pushing
        from .push import sending as pushes  # noqa: F401 - registers its jobs

        changing.connect(recording.expect, dispatch_uid="notifications")
        post_save.connect(
            recording.expect_announcement, sender=Announcement, dispatch_uid="notifications"
        )
        seen.connect(seeing.on_seen, dispatch_uid="notifications")
        told.connect(seeing.on_told, dispatch_uid="notifications")
        telling.connect(storing.on_found, dispatch_uid="notifications")
        withdrawn.connect(storing.on_withdrawn, dispatch_uid="notifications")
        personal.register(storing.KIND, groups.state, groups.states)
        ways.register(mailing.expect)
        ways.register(pushing.expect)
        user_logged_out.connect(forgetting.on_signed_out, dispatch_uid="notifications")
