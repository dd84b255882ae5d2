"""Checks before serving: debug mode, missing migrations, uncollected_files static files."""

from typing import cast

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

from forum.observability.health import missing_migrations
from forum.serving.static_app import StaticFiles


def problems():
    """Yields each problem and how to fix it. Raises OperationalError if the database is down."""
    if settings.DEBUG:
        yield "DEBUG is on, which is for development (make run). Set DEBUG=0."
        return
    if missing_migrations():
        yield "The database is older than the code. Run: manage.py migrate"
    if uncollected_files():
        yield (
            "Static files have not been collected since they changed. Run: manage.py collectstatic"
            " --noinput"
        )


def uncollected_files():
    """The names of static files that have not been collected."""
    names = {
        name
        for finder in get_finders()
        for name, _storage in finder.list(StaticFiles.ignore_patterns)
    }
    return names - set(cast(ManifestFilesMixin, staticfiles_storage).hashed_files)
