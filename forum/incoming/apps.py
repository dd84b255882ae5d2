from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncomingConfig(AppConfig):
    name = "forum.incoming"
    verbose_name = _("Incoming mail")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from . import checks, fetching, processing, retention  # noqa: F401 - register themselves
