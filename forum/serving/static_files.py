"""Serves collected static files; a proxy in front may do so instead."""

from django.conf import settings
from servestatic import ServeStaticASGI

HASHED = r"^.+\.[0-9a-f]{12}\.[a-z0-9]+$"  # file names that contain a content hash


def with_static_files(pages):
    """An ASGI application that serves static files; with DEBUG, `runserver` does that itself."""
    if settings.DEBUG:
        return pages
    return ServeStaticASGI(
        pages,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=HASHED,
        autorefresh=False,
        allow_all_origins=False,
    )
