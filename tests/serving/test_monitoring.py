import json
import re

import pytest

from forum import __version__
from forum.asgi import application
from forum.jobs.workers import run_due
from forum.observability import health

from .visitors import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.store]
PARTS = ["database", "migrations", "redis", "live_pages", "sweep", "workers", "outbox"]
PARTS += ["notifications", "inbox", "uploads"]
PAGES = ["/health/live", "/health/ready", "/metrics"]


@pytest.fixture(autouse=True)
def never_seen_migrated(monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)


def ask(path, client="127.0.0.1", method="GET", **headers):
    return Visitor(application, client=client, **headers).asks(method, path)


def count(line):
    """A number that /metrics tells, 0 where it has not been counted yet."""
    found = re.search(rf"^{re.escape(line)} (\S+)$", ask("/metrics").text, re.M)
    return float(found[1]) if found else 0


def test_a_process_that_can_work_is_ready():
    run_due()
    answer = ask("/health/ready")

    assert answer.status == 200
    told = json.loads(answer.text)
    assert told["status"] == "ready"
    assert told["checks"] == dict.fromkeys(PARTS, "ok")
    live = ask("/health/live")
    assert live.status == 200
    assert json.loads(live.text)["version"] == told["version"] == __version__


@pytest.mark.parametrize("page", PAGES)
def test_to_strangers_there_is_nothing(page):
    nowhere = ask("/nowhere").text
    stranger = ask(page, client="203.0.113.9")
    forwarded = ask(page, x_forwarded_for="127.0.0.1")

    assert stranger.status == forwarded.status == 404
    # where one comes back to
    assert stranger.text == forwarded.text == nowhere.replace("/nowhere", page)


def test_what_is_wrong_is_said_and_what_to_do(monkeypatch):
    monkeypatch.setattr(health, "missing_migrations", lambda: 2)
    answer = ask("/health/ready")

    assert answer.status == 503
    assert json.loads(answer.text)["status"] == "failing"
    assert "manage.py migrate" in json.loads(answer.text)["checks"]["migrations"]


def test_a_part_that_can_be_missed_does_not_take_the_process_out(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = ask("/health/ready")

    assert answer.status == 200
    assert json.loads(answer.text)["status"] == "degraded"
    assert "REDIS_URL" in json.loads(answer.text)["checks"]["redis"]


def test_requests_are_counted_by_what_they_asked_for_and_got():
    line = 'parley_request_seconds_count{group="others",method="GET",status="4xx"}'
    before = count(line)
    ask("/nowhere")
    ask("/nor-here")

    assert count(line) == before + 2


def test_strangers_can_not_make_the_counts_grow_with_words_of_their_own():
    ask("/", method="BREW")

    assert "BREW" not in ask("/metrics").text


def test_posts_are_counted(topic, ada):
    line = 'parley_changes_total{kind="created"}'
    before = count(line)
    topic.reply(ada, "One more")

    assert count(line) == before + 1
