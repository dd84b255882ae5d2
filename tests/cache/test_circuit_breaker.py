"""A service that fails is skipped for a while by all who use it, and found again by one try or by a
probe.
"""

import pytest

from forum.cache import circuit_breaker, rate_limits, redis_client
from forum.cache.circuit_breaker import CircuitBreaker, Unavailable

NOWHERE = "redis://127.0.0.1:1/0"


def fails():
    raise ConnectionError("refused")


class Clock:
    now = 100.0  # seconds

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(circuit_breaker, "time", clock)
    return clock


@pytest.fixture
def breaker(clock):
    return CircuitBreaker("The weather", 5.0)


@pytest.fixture
def broken(breaker):
    with pytest.raises(Unavailable):
        breaker.attempt(fails, ConnectionError)
    return breaker


def test_what_works_is_called(breaker):
    assert breaker.attempt(lambda: "sun", ConnectionError) == "sun"


def test_after_a_failure_it_is_skipped(broken):
    with pytest.raises(Unavailable):
        broken.attempt(lambda: pytest.fail("called"), ConnectionError)


def test_after_the_pause_one_caller_tries_for_all(broken, clock):
    clock.now += 5

    assert broken.allows()
    assert not broken.allows()


def test_a_success_lets_everybody_in_again(broken, clock):
    clock.now += 5

    assert broken.attempt(lambda: "sun", ConnectionError) == "sun"
    assert broken.allows()
    assert broken.allows()


def test_a_probe_is_made_during_the_pause_and_what_it_finds_counts(broken):
    with pytest.raises(Unavailable):
        broken.attempt(fails, ConnectionError, is_probe=True)
    assert not broken.allows()

    assert broken.attempt(lambda: "sun", ConnectionError, is_probe=True) == "sun"
    assert broken.allows()


def test_other_errors_say_nothing_of_the_service(breaker):
    with pytest.raises(ZeroDivisionError):
        breaker.attempt(lambda: 1 / 0, ConnectionError)
    assert breaker.allows()


def test_redis_that_failed_an_event_is_not_waited_for_by_the_limits(settings, monkeypatch):
    settings.REDIS_URL = NOWHERE
    monkeypatch.setattr(circuit_breaker, "redis", CircuitBreaker("Redis", 3600))
    monkeypatch.setattr(rate_limits, "_shared", None)  # which asking would find out

    assert not redis_client.publish([("channel", b"text")])

    assert rate_limits.seconds_to_wait("write", "somebody") == 0
