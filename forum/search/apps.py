from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "forum.search"
    verbose_name = _("Search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from forum.pages import personal
        from forum.signals import changing, stored_in_bulk, tag_changed

        from . import (
            checks,  # noqa: F401 - registers them
            learning,  # noqa: F401 - registers its job
            standing,
        )
        from .fields import tokens
        from .indexing import index_stored, update_index
        from .models import StandingSearch

        def add_function(connection, **_kwargs):
            if connection.vendor == "sqlite":
                connection.connection.create_function(
                    "search_tokens", 1, tokens, deterministic=True
                )

        connection_created.connect(add_function, dispatch_uid="search", weak=False)
        changing.connect(update_index, dispatch_uid="search")
        stored_in_bulk.connect(index_stored, dispatch_uid="search")
        changing.connect(standing.expect_match, dispatch_uid="standing_searches")
        tag_changed.connect(standing.on_tag_changed, dispatch_uid="standing_searches")
        searches = StandingSearch.objects
        personal.register(standing.KIND, searches.personal, searches.personal_for_all)
