"""A production server (uvicorn, DEBUG off, collected files) on a database of its own, for one measurement."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = """
import sys, uvicorn
from forum.serving.options import OPTIONS
uvicorn.run("forum.asgi:application", port=int(sys.argv[1]), log_level="warning", **OPTIONS)
"""  # one process without a parent, so that all it costs can be read at one place


@contextmanager
def prepared():
    """Sets the environment and Django up on a new database. Yields the address that `serving()` will use."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "forum.settings",
                "DATABASE_URL": f"sqlite:///{folder}/forum.sqlite3",
                "STATIC_ROOT": f"{folder}/static",
                "REDIS_URL": "",
                "DEBUG": "0",
                "SECRET_KEY": "for-one-measurement-on-this-machine-only-" + "0" * 24,
                "ALLOWED_HOSTS": "127.0.0.1",
                "SITE_URL": f"http://127.0.0.1:{port}",
                "RATE_POST": "100000/minute",
            }
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        yield os.environ["SITE_URL"]


@contextmanager
def serving(address):
    server = subprocess.Popen([sys.executable, "-c", SERVER, address.rpartition(":")[2]], cwd=ROOT)
    try:
        wait_for(address)
        yield server
    finally:
        server.terminate()
        server.wait()


def wait_for(address):
    deadline = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(address).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
