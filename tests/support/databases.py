"""The database of a test process: a copy of one that is migrated once for all of them."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "forum_template"


def migrated(url, folder):
    """The environment that names a migrated database beside the one at `url`, in `folder` if it is
    a file.
    """
    if url.startswith("sqlite"):
        template = f"sqlite:///{folder}/{TEMPLATE}.sqlite3"
    else:
        template = f"{url.rpartition('/')[0]}/{TEMPLATE}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": template}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=True)
    return {"TEMPLATE": template}


@contextmanager
def own_copy():
    """The connection of this process leads to a copy of its own, which goes in the end."""
    from django.db import connection

    settings = connection.settings_dict
    before = settings["NAME"]
    if connection.vendor == "sqlite":
        copy = settings["TEST"]["NAME"]
        shutil.copy(os.environ["TEMPLATE"].removeprefix("sqlite:///"), copy)
    else:
        copy = f"test_{os.getpid()}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {TEMPLATE}")
    connection.close()
    settings["NAME"] = copy
    yield
    connection.close()
    settings["NAME"] = before
    if connection.vendor == "sqlite":
        Path(copy).unlink()
    else:
        connection.close_pool()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {copy} WITH (FORCE)")
