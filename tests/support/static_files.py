"""The forum's static files, collected as on a real site."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def collected(tmp_path_factory):
    """A folder with them, which servers with DEBUG off need; `make test` sets one for all runs."""
    if folder := os.environ.get("COLLECTED"):
        return folder
    folder = tmp_path_factory.mktemp("static")
    collect(folder)
    return str(folder)


def collect(folder):
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    environment = {
        "STATIC_ROOT": str(folder),
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
