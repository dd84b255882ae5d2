"""The cache on a real Redis that dies, hangs and comes back."""

import os
import pickle
from pathlib import Path

import pytest
import redis
from django.conf import settings

from forum.cache import backend, circuit_breaker
from tests.realtime.conftest import redis_server  # noqa: F401 - the same server

pytestmark = pytest.mark.servers


@pytest.fixture
def cache(redis_server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(circuit_breaker, "redis", circuit_breaker.CircuitBreaker("Redis", 0.5))
    cache = backend.Cache(redis_server.address, {})
    cache.here.clear()
    yield cache
    cache.here.clear()


def test_with_redis_it_is_kept_there(cache, redis_server):  # noqa: F811
    cache.set("tea", "green")
    assert backend.Cache(redis_server.address, {}).get("tea") == "green"
    assert cache.here.get("tea") is None


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_without_redis_everything_works_in_this_process(cache, redis_server, fault):  # noqa: F811
    cache.set("cup", 1)
    getattr(redis_server, fault)()

    assert cache.get("cup") is None
    assert cache.add("cup", 5)
    assert not cache.add("cup", 6)
    assert cache.incr("cup") == 6
    cache.set_many({"pot": 1, "sieve": 2})
    assert cache.get_many(["pot", "sieve", "cup"]) == {"pot": 1, "sieve": 2, "cup": 6}
    assert cache.get_or_set("milk", lambda: "oat") == "oat"
    cache.touch("milk", 60)
    assert cache.has_key("milk")
    cache.delete_many(["pot", "milk"])
    assert "pot" not in cache
    with pytest.raises(ValueError, match="not found"):
        cache.incr("pot")


def test_redis_is_asked_once_and_then_left_alone_for_a_while(
    cache,
    redis_server,  # noqa: F811
    monkeypatch,
    caplog,
):
    monkeypatch.setattr(circuit_breaker, "redis", circuit_breaker.CircuitBreaker("Redis", 3600))
    redis_server.freeze()

    for number in range(5):
        cache.set(f"cup-{number}", number)
    redis_server.thaw()

    assert cache.get("cup-4") == 4
    assert [
        record.getMessage()[:14]
        for record in caplog.records
        if record.name == "forum.cache.circuit_breaker"
    ] == ["Redis is away:"]


def test_when_redis_is_back_it_is_used_again(cache, redis_server, monkeypatch):  # noqa: F811
    redis_server.kill()
    cache.set("tea", "green")
    redis_server.start()
    monkeypatch.setattr(circuit_breaker.redis, "_until", 0.0)

    assert cache.get("tea") is None
    cache.set("tea", "black")
    assert cache.here.get("tea") == "green"
    assert cache.get("tea") == "black"


class Hostile:
    def __reduce__(self):
        return Path.touch, (Path(os.environ["HOSTILE"]),)


@pytest.mark.parametrize(
    "put",
    [
        lambda: pickle.dumps(Hostile()),
        lambda: pickle.dumps(Hostile(), 0),
        lambda: b"\xff\xfe",
        lambda: b"[" * 100_000,
        lambda: b"",
    ],
)
def test_who_can_write_to_redis_runs_no_code_here(cache, redis_server, tmp_path, monkeypatch, put):  # noqa: F811
    monkeypatch.setenv("HOSTILE", str(tmp_path / "ran"))
    cache.set("tea", "green")
    with redis.Redis.from_url(redis_server.address) as elsewhere:
        (key,) = elsewhere.keys("*tea")
        elsewhere.set(key, put())

    assert cache.get("tea", "none") == "none"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "value", [0, 7, -3, 1.5, True, None, "7", "", "tea \U0001f375", [1.5, 2], {"a": [None]}]
)
def test_what_is_kept_comes_back_as_it_was(cache, value):
    cache.set("tea", value)

    assert cache.get("tea", "none") == value
    assert type(cache.get("tea", "none")) is type(value)


def test_sessions_are_json():
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
