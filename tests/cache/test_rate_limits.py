import time
from functools import partial
from threading import Thread

import pytest
from limits.errors import StorageError

from forum.cache import circuit_breaker, rate_limits
from tests.support.concurrency import at_once


@pytest.fixture
def two_a_day(settings):
    settings.RATES = {"post": "2/day", "topic": "1/day"}


def test_after_as_many_as_allowed_one_has_to_wait(two_a_day):
    waits = [rate_limits.seconds_to_wait("post", 7) for _ in range(4)]

    assert waits[:2] == [0, 0]
    assert all(0 < wait <= 2 * 24 * 3600 for wait in waits[2:])


def test_one_form_counts_once_however_often_it_is_sent(two_a_day):
    assert [rate_limits.seconds_to_wait_once("post", 7, mark) for mark in "aaabbba"] == [0] * 7
    assert rate_limits.seconds_to_wait_once("post", 7, "c") > 0


def test_a_form_that_was_refused_is_refused_again(two_a_day):
    for mark in "ab":
        rate_limits.seconds_to_wait_once("post", 7, mark)

    assert all(rate_limits.seconds_to_wait_once("post", 7, mark) > 0 for mark in "ccdc")
    assert rate_limits.seconds_to_wait_once("post", 8, "c") == 0


def test_a_form_sent_by_many_at_once_counts_once(settings):
    settings.RATES = {"post": "3/day"}

    waits = at_once(
        *[partial(rate_limits.seconds_to_wait_once, "post", 7, mark) for mark in "abcd" * 5]
    )

    assert sorted(wait > 0 for wait in waits) == [False] * 15 + [True] * 5


def test_a_clock_that_is_set_keeps_nobody_waiting_longer(settings, monkeypatch):
    settings.RATES = {"post": "2/minute"}
    true = time.time

    for jump in (0, 3600, -3600, 0):
        monkeypatch.setattr(time, "time", lambda jump=jump: true() + jump)
        waits = [rate_limits.seconds_to_wait("post", 9) for _ in range(3)]
        assert waits[2] in range(1, 121)


def test_people_and_what_they_do_are_counted_apart(two_a_day):
    assert [
        rate_limits.seconds_to_wait(what, who)
        for what, who in (("topic", 1), ("topic", 2), ("post", 1))
    ] == [
        0,
        0,
        0,
    ]
    assert rate_limits.seconds_to_wait("topic", 1)


def test_while_the_shared_counter_is_away_this_process_counts(two_a_day, monkeypatch):
    asked = []

    class Away:
        def hit(self, *args):
            asked.append(args)
            raise StorageError(OSError("no connection"))

    monkeypatch.setattr(rate_limits, "_shared", Away())
    monkeypatch.setattr(circuit_breaker, "redis", circuit_breaker.CircuitBreaker("Redis", 3600))

    assert [bool(rate_limits.seconds_to_wait("post", 8)) for _ in range(3)] == [False, False, True]
    assert len(asked) == 1  # and is left alone for a while


def test_counting_starts_no_thread_for_each_count(monkeypatch, settings):
    settings.RATES = {"post": "1000/minute"}
    started = []
    start = Thread.start
    monkeypatch.setattr(Thread, "start", lambda thread: started.append(thread) or start(thread))

    for subject in range(50):
        rate_limits.seconds_to_wait("post", subject)
        for thread in started:
            thread.join()

    assert len(started) <= 1


def test_expired_counts_are_forgotten(monkeypatch):
    monkeypatch.setattr(rate_limits, "SWEEP", 0)
    counts = rate_limits.Counts()
    counts.incr("a", expiry=0)

    counts.incr("b", expiry=60)
    counts.timer.join()

    assert dict(counts.storage) == {"b": 1}
