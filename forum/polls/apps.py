from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PollsConfig(AppConfig):
    name = "forum.polls"
    verbose_name = _("Polls")

    def ready(self):
        from . import closing  # noqa: F401 - registers its job
