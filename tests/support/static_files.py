"""The static files of the forum, collected as a real site has them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def collected(tmp_path_factory):
    """A folder with them: a server with DEBUG off has no pages without. `make test` brings one for
    all processes.
    """
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
