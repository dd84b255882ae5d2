"""Which database the storage of uploads belongs to: only that one's workers delete files there.

A mark in the storage names the database by where it is. A copy of it elsewhere, such as a backup
that was restored to look at, finds another one's mark: it shows the files, and deletes none.
"""

import hashlib
import logging
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import connection

from forum.models.uploads import storage

logger = logging.getLogger(__name__)
MARK = "database"  # the path of the mark; those of uploads are longer


def is_ours():
    """Whether this database may delete files. Marks a storage that has no mark.

    Raises OSError if the storage doesn't work.
    """
    owner = marked() or mark()
    if owner != here():
        logger.error(
            "The storage of uploads belongs to another database: nothing is deleted there."
        )
    return owner == here()


def marked():
    """What the mark says; "" without one."""
    try:
        with storage().open(MARK) as file:
            return file.read().decode(errors="replace").strip()
    except FileNotFoundError:
        return ""


def mark():
    path = storage().save(MARK, ContentFile(here().encode()))
    if path != MARK:  # another one was faster
        storage().delete(path)
    return marked()


def adopt():
    """Have the storage belong to this database."""
    storage().delete(MARK)
    mark()


def here():
    """Names the database by its address, without telling it."""
    stored = connection.settings_dict
    name = str(stored["NAME"])
    if connection.vendor == "sqlite":
        name = str(Path(name).resolve())
    address = connection.vendor, stored["HOST"] or "", str(stored["PORT"] or ""), name
    return hashlib.sha256("\n".join(address).encode()).hexdigest()[:32]
