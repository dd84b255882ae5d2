"""Identifies the running code and settings, for ETags: another build may render a page
differently.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

MAKING_PAGES = ("forum/**/*.py", "templates/**/*.html", "static/**/*")


@cache
def release():
    """A word that all processes of one release have in common."""
    made = hashlib.sha256(repr((settings.SITE_NAME, settings.SITE_URL)).encode())
    for pattern in MAKING_PAGES:
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            if path.is_file():
                made.update(path.read_bytes())
    return made.hexdigest()[:16]
