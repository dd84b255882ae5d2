from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UploadsConfig(AppConfig):
    name = "forum.uploads"
    verbose_name = _("Uploads")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from forum.signals import uploaded

        from . import preparing, retention, sweeping  # noqa: F401 - registers their jobs

        uploaded.connect(preparing.on_uploaded, dispatch_uid="prepare_upload")
