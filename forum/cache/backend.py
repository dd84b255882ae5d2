"""The cache back end: Redis, with an in-process fallback while Redis is away.

Values are JSON: with Django's pickles, anybody who can write to Redis could run code here.
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
    def method(self: "Cache", *args: Any, **kwargs: Any) -> Any:
        try:
            return redis_client.attempt(partial(getattr(self.shared, name), *args, **kwargs))
        except Unavailable:
            return getattr(self.here, name)(*args, **kwargs)

    return method


class Cache(BaseCache):
    """Redis and the fallback don't share entries, so a value may disappear at any time."""

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
        """Our shared client: Django's would have a connection pool per thread."""
        return Client(self._servers, serializer=JSONSerializer())  # type: ignore[arg-type]  # it may return str


class Client(RedisCacheClient):
    _servers: list[str]  # set by Django

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return redis_client.client(self._servers[0])

    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except (ValueError, RecursionError):  # written by something else, or an older release
            return default


class JSONSerializer:
    """Integers are stored as digits, so that Redis can increment them."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value)

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
