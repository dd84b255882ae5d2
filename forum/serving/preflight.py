"""Checks before serving: debug mode, missing migrations, uncollected static files."""

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage

from forum.observability.health import missing_migrations
from forum.serving.static_app import StaticFiles


def what_is_missing():
    """Sentences that say what has not been done and what does it. Raises OperationalError without a
    database.
    """
    if settings.DEBUG:
        yield "DEBUG is on, which is for development (make run). Set DEBUG=0."
        return
    if missing_migrations():
        yield "The database is older than the code. Run: manage.py migrate"
    if uncollected():
        yield (
            "Static files have not been collected since they changed. Run: manage.py collectstatic"
            " --noinput"
        )


def uncollected():
    """Names of static files that pages could ask for in vain."""
    names = {
        name
        for finder in get_finders()
        for name, _storage in finder.list(StaticFiles.ignore_patterns)
    }
    return names - set(staticfiles_storage.hashed_files)
