import os
import shutil
import sys

import pytest
from django.conf import settings as settings_of_site
from django.test import TransactionTestCase
from hypothesis import settings
from limits.errors import StorageError

from tests.support import databases, starting, truncation, world

# The same examples each time, so that a failure is a change's own; HYPOTHESIS=random looks for new
# ones. `make quick` tries a few.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("quick", derandomize=True, deadline=None, max_examples=10)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))

TransactionTestCase._fixture_teardown = lambda case: truncation.empty()
starting.install()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The marks of a folder are the `pytestmark` of its __init__.py, as those of a file are."""
    for item in items:
        for mark in getattr(sys.modules[item.module.__package__], "pytestmark", []):
            item.add_marker(mark)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    starting.seen.clear()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    yield
    starting.refuse(item)


if "TEMPLATE" in os.environ:

    @pytest.fixture(scope="session")
    def django_db_setup(django_test_environment, django_db_blocker):
        with django_db_blocker.unblock(), databases.own_copy():
            yield


@pytest.fixture
def ada(db):
    return world.member("ada", name="Ada Lovelace")


@pytest.fixture
def grace(db):
    return world.member("grace", name="Grace Hopper")


@pytest.fixture
def mo(db):
    return world.moderator()


@pytest.fixture
def olive(db):
    return world.owner()


@pytest.fixture
def iris(db):
    return world.insider()


@pytest.fixture
def help_category(db):
    return world.category("Help", color="#e8590c")


@pytest.fixture
def lounge(db):
    return world.lounge()


@pytest.fixture
def topic(ada, help_category):
    return world.topic(ada, help_category)


@pytest.fixture
def signed_in(client):
    """A function that signs somebody in: `signed_in(ada).get(...)`."""

    def sign_in(user):
        client.force_login(user, backend="forum.accounts.backends.MemberBackend")
        return client

    return sign_in


@pytest.fixture
def visitor(client, signed_in):
    """A function that gives the client of a member, or of a guest: `visitor(None)`."""

    def visit(who):
        if who:
            return signed_in(who)
        client.logout()
        return client

    return visit


@pytest.fixture(scope="session", autouse=True)
def no_files_left():
    yield
    shutil.rmtree(settings_of_site.UPLOADS_ROOT, ignore_errors=True)


@pytest.fixture(autouse=True)
def fresh_limits():
    """What one test has used up of a rate limit does not hinder the next."""
    from django.core.cache import cache

    from forum.cache import rate_limits

    cache.clear()
    reset_patiently(rate_limits)


def reset_patiently(rates, attempts=20):
    """The forum gives Redis 0.2 s, in which a busy machine may not answer."""
    for left in reversed(range(attempts)):
        try:
            return rates.reset()
        except StorageError:
            if not left:
                raise
    return None
