import asyncio
import shutil

import pytest

from forum.cache import circuit_breaker, redis_client
from realtime.hub import hub as hubs
from realtime.timing import Timing
from tests.realtime.sockets import Socket
from tests.support.redis_server import RedisServer


@pytest.fixture
def timing():
    """That of this test's hub, which sends no heartbeats, however long a test takes."""
    return Timing(heartbeat_every=3600)


@pytest.fixture
async def hub(transactional_db, timing):
    """The hub of this test's event loop, stopped before its tables are emptied."""
    yield hubs.start(hubs.Hub(asyncio.get_running_loop(), timing))
    if running := hubs.running_hub():
        await running.stop()
    hubs._hub = None


@pytest.fixture
async def visit(hub):
    """A function that opens a socket for a member or a guest. All are closed in the end."""
    sockets = []

    async def visit(user=None, **named):
        sockets.append(await Socket.opened(user, **named))
        return sockets[-1]

    yield visit
    for socket in sockets:
        await socket.leave()


@pytest.fixture
def in_memory(settings):
    """The forum with the in-memory layer, in both columns."""
    settings.REDIS_URL = ""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def redis_server(tmp_path):
    """A private RedisServer on a free port."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed; bring it with: make services")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.thaw()
    server.kill()


@pytest.fixture
def redis(redis_server, settings, monkeypatch):
    """The forum with this Redis as its channel layer, and a longer timeout for busy machines."""
    monkeypatch.setattr(redis_client, "TIMEOUT", 1.0)
    settings.REDIS_URL = redis_server.address
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [redis_server.address]},
        }
    }
    circuit_breaker.redis.record_success()
    yield redis_server
    circuit_breaker.redis.record_success()
