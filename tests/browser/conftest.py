import os

import pytest
from playwright.sync_api import expect, sync_playwright

from forum.notifications.push import keys
from tests.browser.people import Person
from tests.support.chromium import SHELL
from tests.support.proxy import Proxy
from tests.support.server import Server
from tests.support.static_files import collected  # noqa: F401 - the static files

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright leaves an event loop running

NOWHERE = "127.0.0.1:9"  # a push service that never answers


def pytest_collection_modifyitems(items):
    # the longest first, beside all others
    items.sort(key=lambda item: "test_transports" not in str(item.path))


@pytest.fixture(scope="session")
def chromium():
    expect.set_options(timeout=20_000)  # a busy machine's
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=SHELL,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def mailbox(tmp_path_factory):
    """The folder that the site's mails are written to."""
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="session")
def site(django_db_setup, django_db_blocker, mailbox, collected):  # noqa: F811
    """The server that the browsers visit."""
    with django_db_blocker.unblock():
        server = Server(
            "daphne",
            "tests.support.swift_sweeps:application",
            STATIC_ROOT=collected,
            EMAIL_URL=f"filemail:///{mailbox}",
            JOB_THREADS="1",
            VAPID_PRIVATE_KEY=keys.new(),
            OUTBOUND_HOSTS=NOWHERE,
        ).start()
    yield server
    server.stop()


@pytest.fixture
def network(site):
    """What lies between a browser and the site; people come through it with `visit(ada,
    network=network)`.
    """
    proxy = Proxy(site.port)
    yield proxy
    proxy.close()


@pytest.fixture
def visit(chromium, site, transactional_db):
    """A function that gives a person with a browser of their own: `visit(ada)`, or `visit()` for a
    guest.
    """
    people = []

    def arrive(user=None, network=None, **options):
        person = Person(chromium, network.address if network else site.address, user, **options)
        people.append(person)
        return person

    yield arrive
    for person in people:
        person.leave()


@pytest.fixture
def moderators(transactional_db):
    from django.contrib.auth.models import Group

    return Group.objects.get_or_create(name="Moderators")[0]
