"""The cache in Redis; and while Redis is away, in this process. So limits hold and people sign in all the same.

Values are JSON: Django's own pickles would let whoever can write to Redis run code here.
"""

import json
from functools import cache

import redis
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.retry import Retry

from forum.cache import circuit_breaker

TIMEOUT = 0.2  # seconds that Redis may take to be reached, and as many to answer


def in_redis_or_here(name):
    def method(self, *arguments, **named):
        if circuit_breaker.redis.allows():
            try:
                result = getattr(self.shared, name)(*arguments, **named)
            except redis.RedisError as error:
                circuit_breaker.redis.begin(error)
            else:
                circuit_breaker.redis.end()
                return result
        return getattr(self.here, name)(*arguments, **named)

    return method


class Cache(BaseCache):
    """Of what was kept in the one place, nothing is found in the other: nobody may rely on more than a limit."""

    def __init__(self, location, params):
        super().__init__(params)
        self.shared = Shared(location, params)
        self.here = LocMemCache("while Redis is away", params)

    add, get, set, touch, delete, incr, has_key, get_many, set_many, delete_many, clear = map(
        in_redis_or_here,
        ("add", "get", "set", "touch", "delete", "incr", "has_key", "get_many", "set_many", "delete_many", "clear"),
    )


class Shared(RedisCache):
    @property
    def _cache(self):
        return client_of(tuple(self._servers))


@cache
def client_of(servers):
    """One for all threads: Django would make one for each, with a connection of its own."""
    times = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 0)}
    return Client(list(servers), serializer=JSONSerializer, **times)


class Client(RedisCacheClient):
    def get(self, key, default):
        try:
            return super().get(key, default)
        except (ValueError, RecursionError):  # somebody else's, or an older release's
            return default


class JSONSerializer:
    """A whole number is stored as its digits, so that Redis can count on."""

    def dumps(self, value):
        return json.dumps(value)

    def loads(self, data):
        return json.loads(data)
