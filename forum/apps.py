from django.apps import AppConfig
from django.utils.autoreload import file_changed
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "forum"
    verbose_name = _("Forum")

    def ready(self):
        from forum import checks  # noqa: F401 - registers them
        from forum.observability import metrics

        metrics.listen()
        file_changed.connect(clear_fragment_cache, dispatch_uid="clear_fragment_cache")


def clear_fragment_cache(sender, file_path, **kwargs):
    """Under `runserver`, drop rendered fragments when a template changes."""
    from forum.pages import fragments

    if file_path.suffix == ".html":
        fragments.cache.clear()
