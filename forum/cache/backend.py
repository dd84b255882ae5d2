"""The cache back end: Redis, with an in-process fallback while Redis is away.

Values are JSON: Django's own pickles would let whoever can write to Redis run code here.
"""

import json
from functools import cached_property, partial
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from forum.cache import redis_client
from forum.cache.circuit_breaker import Unavailable


def in_redis_or_here(name: str) -> Any:
    def method(self: "Cache", *arguments: Any, **named: Any) -> Any:
        try:
            return redis_client.attempt(partial(getattr(self.shared, name), *arguments, **named))
        except Unavailable:
            return getattr(self.here, name)(*arguments, **named)

    return method


class Cache(BaseCache):
    """Of what was kept in the one place, nothing is found in the other: nobody may rely on more
    than a limit.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.shared = Shared(location, params)
        self.here = LocMemCache("while Redis is away", params)

    add, get, set, touch, delete, incr, has_key, get_many, set_many, delete_many, clear = map(
        in_redis_or_here,
        (
            "add",
            "get",
            "set",
            "touch",
            "delete",
            "incr",
            "has_key",
            "get_many",
            "set_many",
            "delete_many",
            "clear",
        ),
    )


class Shared(RedisCache):
    _servers: list[str]  # set by Django

    @cached_property
    def _cache(self) -> "Client":
        """Django's own would have a pool of connections for each thread."""
        return Client(self._servers, serializer=JSONSerializer())  # type: ignore[arg-type]  # it may give text, too


class Client(RedisCacheClient):
    _servers: list[str]  # set by Django

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return redis_client.client(self._servers[0])

    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except (ValueError, RecursionError):  # somebody else's, or an older release's
            return default


class JSONSerializer:
    """A whole number is stored as its digits, so that Redis can count on."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value)

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
