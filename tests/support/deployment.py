"""For `make check`: runs Django's deployment checks with the settings of docs/deploy.md."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "SITE_URL": "https://forum.example.org",
    "ALLOWED_HOSTS": "forum.example.org",
    "EMAIL_URL": "smtp://localhost:25",
}


def main():
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        command, cwd=root, env={**os.environ, **PRODUCTION}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
