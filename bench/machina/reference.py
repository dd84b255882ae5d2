"""django-machina for comparison: installed in a virtual environment, with the data of our forum."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.databases import address_of, ask_server

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "bench" / "machina" / "requirements.txt"
ENVIRONMENT = ROOT / "var" / "bench" / "machina"
PYTHON = ENVIRONMENT / "bin" / "python"
SERVED = {"python": PYTHON, "application": "bench.machina.asgi:application"}


def install():
    """Install it. If that fails, prints a message and returns False."""
    installed = ENVIRONMENT / "requirements.txt"
    if installed.exists() and installed.read_text() == REQUIREMENTS.read_text():
        return True
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    pip = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    try:
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
    except subprocess.CalledProcessError:
        print(
            "django-machina could not be installed; measured without this reference.",
            file=sys.stderr,
        )
        return False
    shutil.copy(REQUIREMENTS, installed)
    return True


def fill(source):
    """Copy our forum at `source`. Returns (output of bench.machina.fill, URL of its database)."""
    ask_server("CREATE DATABASE machina")
    environment = {"SOURCE_URL": source, "DATABASE_URL": address_of("machina")}
    command = [PYTHON, "-m", "bench.machina.fill"]
    filled = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.PIPE
    )
    return json.loads(filled.stdout), environment["DATABASE_URL"]
