from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DraftsConfig(AppConfig):
    name = "forum.drafts"
    verbose_name = _("Drafts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from forum.pages import personal
        from forum.signals import written

        from .models import Draft, delete_draft_of_post

        personal.register("draft", Draft.objects.personal)
        written.connect(delete_draft_of_post, dispatch_uid="drafts")
