import os
import subprocess
import sys

import pytest

from tests.browser.conftest import chromium, moderators  # noqa: F401 - the same browser
from tests.browser.people import Person
from tests.realtime.conftest import redis, redis_server  # noqa: F401 - a Redis of its own
from tests.server import ROOT, Server

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright leaves an event loop running
ROUNDS = 40 if os.environ.get("FAULTS") == "full" else 3


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/faults" in str(item.path):
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def collected(tmp_path_factory):
    """A folder with the static files, as a server with DEBUG off needs them: only that one has pages for errors."""
    folder = str(tmp_path_factory.mktemp("static"))
    environment = {**os.environ, "STATIC_ROOT": folder, "DEBUG": "0", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return folder


@pytest.fixture
def server(transactional_db):
    """A server that may be killed; a new one for each test."""
    server = Server("uvicorn", DEBUG="1").start()
    yield server
    server.stop()


@pytest.fixture
def reader(chromium, server):  # noqa: F811
    person = Person(chromium, server.address)
    yield person
    person.context.close()


@pytest.fixture(scope="session")
def results(request):
    """[(fault, pages, posts sent, seconds until all were current, violations)]; a table in the end."""
    rows = []
    yield rows
    request.config.fault_results = rows


def pytest_terminal_summary(terminalreporter, config):
    for name, pages, posts, took, violations in getattr(config, "fault_results", []):
        verdict = "holds" if not violations else f"BROKEN {sorted({rule for rule, _words in violations})}"
        line = f"{name:<40} {pages:>5} pages {posts:>5} posts  current after {took:4.1f} s  {verdict}"
        terminalreporter.write_line(line)
