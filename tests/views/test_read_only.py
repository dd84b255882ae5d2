"""A database that takes no writes: everything can still be read, and what is sent is given back."""

import re
from contextlib import contextmanager

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from prometheus_client import REGISTRY

from forum.db import optional_writes
from forum.models import Reading
from tests.support import world
from tests.support.addresses import addresses, values_for

pytestmark = [pytest.mark.thorough, pytest.mark.store]

TEXT = "Tea & <b>cake</b>"
ORIGIN = {"Origin": "http://testserver"}


@contextmanager
def read_only():
    """As with a file that may not be written, and as on a standby."""
    on, off = "PRAGMA query_only = 1", "PRAGMA query_only = 0"
    if connection.vendor == "postgresql":
        on, off = (
            "SAVEPOINT writable; SET LOCAL transaction_read_only = on",
            "ROLLBACK TO SAVEPOINT writable",
        )
    with connection.cursor() as cursor:
        cursor.execute(on)
        try:
            yield
        finally:
            cursor.execute(off)


@pytest.fixture(params=["guest", "ada", "mo", "olive"])
def reader(request, db, topic, ada, mo, olive):
    """Somebody who may look at the topic for the first time while nothing can be written."""
    client = Client(raise_request_exception=False)
    if request.param != "guest":
        user = {"ada": ada, "mo": mo, "olive": olive}[request.param]
        client.force_login(user, backend="forum.accounts.backends.MemberBackend")
    return client


@pytest.fixture(autouse=True)
def quiet_again(monkeypatch):
    monkeypatch.setattr(optional_writes, "_logged", {})


def skipped(what):
    return REGISTRY.get_sample_value("parley_skipped_writes_total", {"what": what}) or 0


def test_no_page_fails_for_want_of_a_write(reader, topic, ada, help_category, caplog):
    paths = list(addresses(values_for(topic, ada, help_category)))
    with read_only():
        answers = {path: reader.get(path) for path in paths}
        answers |= {
            path: reader.get(path)
            for path in (topic.get_absolute_url(), "/?before=x", "/t/new/?category=1")
        }

    assert len(answers) > 100
    assert not {
        path: answer.status_code for path, answer in answers.items() if answer.status_code >= 500
    }
    assert not [record for record in caplog.records if record.exc_info]


def test_what_could_not_be_remembered_is_counted_and_logged_once(signed_in, grace, topic, caplog):
    what, grace = "how far members have read", signed_in(grace)
    before = skipped(what)

    with read_only():
        answers = [grace.get(topic.get_absolute_url()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert skipped(what) == before + 3
    assert len([record for record in caplog.records if what in record.getMessage()]) == 1
    assert not Reading.objects.exists()


def test_once_writes_are_taken_again_so_is_what_was_read(signed_in, grace, topic):
    grace = signed_in(grace)
    with read_only():
        grace.get(topic.get_absolute_url())

    grace.get(topic.get_absolute_url())

    assert Reading.objects.get().number == 1


def test_a_session_that_can_not_be_ended_shows_a_guests_page(client, ada, topic):
    """Its password has changed elsewhere, so it is to be deleted when its page is asked for."""
    client.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    ada.set_password("another one entirely")
    ada.save()

    with read_only():
        page = client.get(topic.get_absolute_url())

    assert page.status_code == 200
    assert "Ada Lovelace</span>" not in page.text.split("<main")[0]
    assert Session.objects.exists()


def test_sessions_that_ended_are_not_listed_and_not_in_the_way(client, ada):
    for _ in range(2):
        client.post("/accounts/login/", {"login": "ada", "password": world.PASSWORD})
        there = client.session.session_key
        client.cookies.clear()
    Session.objects.exclude(session_key=there).delete()
    client.cookies["sessionid"] = there

    with read_only():
        page = client.get("/accounts/sessions/")

    assert page.status_code == 200
    assert page.text.count('class="session"') == 1
    assert UserSession.objects.count() == 2


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/t/{topic}/replies/", "body"),
        ("/p/{post}/update/", "body"),
        ("/t/create/", "body"),
        ("/profile/", "about"),
        ("/t/{topic}/edit/", "title"),
    ],
)
def test_what_is_sent_is_given_back_to_be_sent_again(ada, topic, help_category, path, field):
    client = Client(raise_request_exception=False)
    client.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    path = path.format(topic=topic.pk, post=topic.posts.get().pk)
    sent = {
        "token": "a" * 32,
        "version": 1,
        "category": help_category.pk,
        "title": "A title",
        "body": "Text",
    }

    with read_only():
        answer = client.post(path, {**sent, field: TEXT}, headers=ORIGIN)

    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "Tea &amp; &lt;b&gt;cake&lt;/b&gt;" in answer.text
    assert re.search(rf'<form method="post" action="{path}"', answer.text)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/logout/", "/accounts/signup/"])
def test_who_can_not_sign_in_or_out_is_told_so(ada, path):
    client = Client(raise_request_exception=False)
    if "logout" in path:
        client.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    fields = {"login": "ada", "password": world.PASSWORD}
    fields |= {"username": "newcomer", "email": "new@example.org", "password1": world.PASSWORD}

    with read_only():
        answer = client.post(path, fields)

    assert answer.status_code == 503
    assert "Back in a moment" in answer.text
