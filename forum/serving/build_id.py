"""Identifies the running code and settings, for ETags: another build may render differently."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

SOURCES = ("forum/**/*.py", "templates/**/*.html", "static/**/*")


@cache
def build_id():
    """A hash of everything pages are made from: 16 hex digits, the same in all processes."""
    digest = hashlib.sha256(repr((settings.SITE_NAME, settings.SITE_URL)).encode())
    for pattern in SOURCES:
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
