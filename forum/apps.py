from django.apps import AppConfig
from django.utils.autoreload import file_changed
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "forum"
    verbose_name = _("Forum")

    def ready(self):
        from forum import checks  # noqa: F401 - they are asked by Django from here on
        from forum.observability import metrics  # noqa: F401 - they are asked by Django from here on

        metrics.listen()
        file_changed.connect(render_anew, dispatch_uid="render_anew")


def render_anew(sender, file_path, **kwargs):
    """While somebody works on templates under `runserver`, what was rendered before is no use."""
    from forum.pages import fragments

    if file_path.suffix == ".html":
        fragments.kept.clear()
