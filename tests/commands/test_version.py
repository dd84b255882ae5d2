"""Which versions run, and that they are written down once."""

import os
import re
import subprocess
import sys
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.core.management import call_command

import forum

pytestmark = [pytest.mark.servers, pytest.mark.once]

ROOT = Path(settings.BASE_DIR)


@pytest.mark.django_db
def test_the_versions_of_all_parts_are_printed(capsys):
    call_command("version")

    lines = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["Parley"] == forum.__version__
    assert lines["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert lines["Django"] == django.__version__
    store = (
        "SQLite" if settings.DATABASES["default"]["ENGINE"] == "forum.db.sqlite3" else "PostgreSQL"
    )
    assert re.match(r"\d+\.\d+", lines[store])
    assert ("Redis" in lines) == bool(settings.REDIS_URL)


def test_a_redis_that_is_away_is_named_as_away(capsys, settings, db):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    call_command("version")

    assert re.search(r"^Redis does not answer: .+", capsys.readouterr().out, re.M)


def test_manage_py_asks_our_command_and_not_django_s():
    command = [sys.executable, "manage.py", "version"]
    environment = {**os.environ, "DATABASE_URL": "sqlite://:memory:"}
    answer = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert answer.stdout.startswith(f"Parley {forum.__version__}\nPython ")


def test_the_changelog_begins_with_this_version():
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]

    if ".dev" in forum.__version__:
        assert newest == "Unreleased"
    else:
        assert re.fullmatch(rf"{re.escape(forum.__version__)} – \d{{4}}-\d\d-\d\d", newest)
