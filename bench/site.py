"""A production server (uvicorn, DEBUG off, collected files) on a temporary database."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from forum.serving.uvicorn_options import server_options

ROOT = Path(__file__).resolve().parent.parent
SERVER = """
import json, sys, uvicorn
application, port, options = sys.argv[1:]
uvicorn.run(application, port=int(port), log_level="warning", **json.loads(options))
"""  # a single process, so that its total cost can be measured


@contextmanager
def prepared(database=None):
    """Set up the environment and Django, with the empty database at this URL or a new SQLite file.

    Yields the address for `serving()`.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "forum.settings",
                "DATABASE_URL": database or f"sqlite:///{folder}/forum.sqlite3",
                "STATIC_ROOT": f"{folder}/static",
                "REDIS_URL": "",
                "DEBUG": "0",
                "SECRET_KEY": "for-one-measurement-on-this-machine-only-" + "0" * 24,
                "ALLOWED_HOSTS": "127.0.0.1",
                "SITE_URL": f"http://127.0.0.1:{port}",
                "RATE_POST": "100000/minute",
                "RATE_SEARCH": "100000/minute",
                "RATE_WRITE": "100000/minute",
            }
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        yield os.environ["SITE_URL"]


@contextmanager
def serving(
    address,
    application="forum.asgi:application",
    python=sys.executable,
    path="/",
    log=None,
    **environment,
):
    """A uvicorn process, once it responds at `path`. `log` is a file for its standard error."""
    options = {
        name: value
        for name, value in server_options().items()
        if name != "http" or application.startswith("forum.")
    }
    command = [python, "-c", SERVER, application, address.rpartition(":")[2], json.dumps(options)]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stderr=log)
    try:
        wait_for(address + path, server)
        yield server
    finally:
        server.terminate()
        server.wait()


def wait_for(address, server):
    deadline = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(address).close()
        except OSError:
            if time.monotonic() > deadline or server.poll() is not None:
                raise
            time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
