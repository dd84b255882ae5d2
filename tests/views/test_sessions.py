"""Members stay signed in for as long as they come now and then."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.accounts.sessions import SessionMiddleware
from forum.jobs.sessions import clear_sessions
from tests.support import world

from .test_read_only import read_only

LIFETIME = timedelta(seconds=settings.SESSION_COOKIE_AGE)


@pytest.fixture
def hers(client, ada):
    client.post("/accounts/login/", {"login": "ada", "password": world.PASSWORD})
    return client


def let_expire_in(**time):
    Session.objects.update(expire_date=timezone.now() + timedelta(**time))


def left():
    return Session.objects.get().expire_date - timezone.now()


def cookie(response):
    return response.cookies.get(settings.SESSION_COOKIE_NAME)


def test_whoever_comes_stays_signed_in(hers):
    for _month in range(12):
        let_expire_in(days=1)
        answer = hers.get("/")
        assert left() > LIFETIME - timedelta(minutes=1)
        assert cookie(answer)["max-age"] == LIFETIME.total_seconds()
        assert cookie(answer)["httponly"]
        assert "Cookie" in answer["Vary"]


def test_the_cookie_stays_what_it_was(hers):
    before = hers.cookies[settings.SESSION_COOKIE_NAME].value
    let_expire_in(days=1)

    assert cookie(hers.get("/")).value == before


def test_a_session_is_renewed_once_a_day(hers):
    let_expire_in(days=12, hours=23)
    assert cookie(hers.get("/"))
    with CaptureQueriesContext(connection) as asked:
        assert not cookie(hers.get("/"))

    assert not [query for query in asked if (query["sql"] or "").startswith("UPDATE")]


def test_whoever_stays_away_is_signed_out(hers):
    let_expire_in(seconds=-1)

    answer = hers.get("/")
    assert not answer.context["user"].is_authenticated
    assert not (cookie(answer) and cookie(answer).value)


def test_reading_goes_on_where_nothing_can_be_written(hers):
    let_expire_in(days=1)
    with read_only():
        answer = hers.get("/")

    assert answer.status_code == 200
    assert not cookie(answer)  # it would say that the session lasts longer than it does
    assert left() < timedelta(days=1)


def test_what_another_request_writes_into_a_session_meanwhile_stays(hers):
    renewed = hers.session
    renewed.load()
    other = hers.session
    other["chosen"] = "elsewhere"
    other.save()

    assert renewed.renew()
    assert hers.session["chosen"] == "elsewhere"


def test_a_session_that_was_ended_meanwhile_is_not_brought_back(hers, ada):
    let_expire_in(days=1)
    ended = hers.session
    Session.objects.all().delete()

    assert not ended.renew()
    assert not Session.objects.exists()


def test_what_caches_may_keep_carries_no_session(rf, hers, ada):
    let_expire_in(days=1)
    request = rf.get("/")
    request.COOKIES = {
        settings.SESSION_COOKIE_NAME: hers.cookies[settings.SESSION_COOKIE_NAME].value
    }
    for control in ("public, max-age=60", "private"):
        request.user = ada
        answer = SessionMiddleware(lambda request: page(request, control))(request)  # noqa: B023
        assert bool(cookie(answer)) == (control == "private")


def page(request, control):
    assert "_auth_user_id" in request.session
    return HttpResponse("page", headers={"Cache-Control": control})


def test_a_guest_gets_no_longer_session(client, db):
    client.session.save()
    let_expire_in(days=1)

    assert not cookie(client.get("/"))


def test_sessions_that_ended_are_removed_each_day_with_their_lines_in_the_list(
    hers, client, grace, monkeypatch
):
    monkeypatch.setattr("forum.jobs.sessions.BATCH", 2)
    kept = Session.objects.get().session_key
    for number in range(5):
        Session.objects.create(
            session_key=f"old{number}", session_data="", expire_date=timezone.now()
        )
        UserSession.objects.create(
            session_key=f"old{number}", user=grace, ip="192.0.2.7", user_agent=""
        )
    clear_sessions()

    assert [session.session_key for session in Session.objects.all()] == [kept]
    assert [session.session_key for session in UserSession.objects.all()] == [kept]
