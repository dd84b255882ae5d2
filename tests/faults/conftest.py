import os

import pytest

from tests.browser.conftest import chromium, moderators  # noqa: F401 - the same browser
from tests.browser.people import Person
from tests.faults.results import table
from tests.realtime.conftest import redis, redis_server  # noqa: F401 - a Redis of its own
from tests.support.scale import FULL
from tests.support.server import Server
from tests.support.static_files import collected  # noqa: F401 - the static files

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright leaves an event loop running
ROUNDS = 40 if FULL else 3


def pytest_collection_modifyitems(items):
    # the longest first, beside all others
    items.sort(key=lambda item: "costs_nobody_anything" not in item.name)


@pytest.fixture
def server(transactional_db, collected):  # noqa: F811
    """A server that may be killed; a new one for each test."""
    server = Server("uvicorn", STATIC_ROOT=collected).start()
    yield server
    server.stop()


@pytest.fixture
def reader(chromium, server):  # noqa: F811
    person = Person(chromium, server.address)
    yield person
    person.context.close()


@pytest.fixture(scope="session")
def results(request):
    """A list for Rows, which are printed as a table in the end."""
    rows = []
    yield rows
    request.config.fault_results = rows


def pytest_terminal_summary(terminalreporter, config):
    for line in table(getattr(config, "fault_results", [])):
        terminalreporter.write_line(line)
