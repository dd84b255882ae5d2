import shutil
import subprocess

import pytest

from realtime import hub as hubs
from realtime import redis_client
from tests.realtime.sockets import Socket
from tests.server import free_port


@pytest.fixture
async def hub(transactional_db):
    """The hub of this test's event loop, stopped before its tables are emptied."""
    yield hubs.the_hub()
    if running := hubs.running_hub():
        await running.stop()
    hubs._hub = None


@pytest.fixture
async def visit(hub):
    """A function that opens a socket for somebody, or for a guest. All are closed in the end."""
    sockets = []

    async def visit(user=None, **named):
        sockets.append(await Socket.opened(user, **named))
        return sockets[-1]

    yield visit
    for socket in sockets:
        await socket.leave()


@pytest.fixture
def redis_server(tmp_path):
    """A Redis of its own on a free port: kill(), start(), freeze() and thaw() do what they say."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed; bring it with: make services")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.thaw()
    server.kill()


@pytest.fixture
def redis(redis_server, settings):
    """The forum with this Redis as its channel layer."""
    settings.REDIS_URL = redis_server.address
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [redis_server.address]},
        }
    }
    redis_client._rest_until = 0.0
    yield redis_server
    redis_client._rest_until = 0.0


class RedisServer:
    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.address = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        log = (self.folder / "redis.log").open("a")
        self.process = subprocess.Popen([*command, "--dir", str(self.folder)], stdout=log, stderr=log)
        import redis
        from redis.backoff import ConstantBackoff
        from redis.retry import Retry

        patient = redis.Redis(port=self.port, retry=Retry(ConstantBackoff(0.05), 100))
        patient.ping()
        patient.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def flush(self):
        import redis

        with redis.Redis(port=self.port) as client:
            client.flushall()

    def limit(self, size):
        """At most so many bytes, 0 for as many as there are; what would need more is refused."""
        import redis

        with redis.Redis(port=self.port) as client:
            client.config_set("maxmemory", size)

    def freeze(self):
        import signal

        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        import signal

        self.process.send_signal(signal.SIGCONT)
