from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaggingConfig(AppConfig):
    name = "forum.tagging"
    verbose_name = _("Tags")

    def ready(self):
        from forum.signals import tag_changed

        from . import showing

        tag_changed.connect(showing.on_changed, dispatch_uid="show_tag")
