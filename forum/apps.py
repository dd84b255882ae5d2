from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "forum"
    verbose_name = _("Forum")

    def ready(self):
        from forum import checks, metrics  # noqa: F401 - they are asked by Django from here on

        metrics.listen()
