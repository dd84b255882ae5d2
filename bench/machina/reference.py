"""django-machina beside ours: installed into an environment of its own, filled with our forum, and
served.
"""

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
    """True when it is there; says why, and False, when it can't be had."""
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
            "pages: django-machina could not be installed; measured without this reference.",
            file=sys.stderr,
        )
        return False
    shutil.copy(REQUIREMENTS, installed)
    return True


def fill(source):
    """Brings our forum at `source` over. Returns what bench.machina.fill says, and the URL of its
    database.
    """
    ask_server("CREATE DATABASE machina")
    environment = {"SOURCE_URL": source, "DATABASE_URL": address_of("machina")}
    command = [PYTHON, "-m", "bench.machina.fill"]
    said = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.PIPE
    )
    return json.loads(said.stdout), environment["DATABASE_URL"]
