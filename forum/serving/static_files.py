"""Serves collected static files; a proxy in front may do so instead."""

from django.conf import settings
from servestatic import ServeStaticASGI

HASHED = r"^.+\.[0-9a-f]{12}\.[a-z0-9]+$"  # names that change with what is in the file


def with_static_files(pages):
    """An ASGI application. While DEBUG is on `runserver` has the files from where they lie."""
    if settings.DEBUG:
        return pages
    return ServeStaticASGI(
        pages,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=HASHED,
        autorefresh=False,
    )
