"""Clients that did not know that the server stops, and some that take their time. All in one event
loop, so that one knows what came when."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn

from forum.serving import http_protocol
from forum.serving.http_protocol import Connection
from forum.serving.uvicorn_options import server_options
from tests.support.server import free_port

pytestmark = pytest.mark.servers

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def hello(scope, receive, send):
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]}
    )
    await send({"type": "http.response.body", "body": b"hello"})


@pytest.fixture
async def server(monkeypatch):
    monkeypatch.setattr(Connection, "ending", False)
    options = {**server_options(), "loop": "none", "port": free_port(), "log_level": "critical"}
    server = uvicorn.Server(uvicorn.Config(hello, **options))
    running = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server
    server.should_exit = True
    await running


@asynccontextmanager
async def connected(server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    yield reader, writer
    writer.close()


async def asked(client):
    reader, writer = client
    writer.write(GET)
    return await reader.readuntil(b"hello")


async def begin_to_end(server):
    server.should_exit = True
    async with asyncio.timeout(10):
        while not Connection.ending:
            await asyncio.sleep(0)


async def test_an_idle_connection_may_bring_one_more_request_when_the_server_ends(server):
    async with connected(server) as client:
        assert b"connection: close" not in await asked(client)
        await begin_to_end(server)

        assert b"connection: close" in await asked(client)
        assert await client[0].read() == b""


async def test_a_connection_that_has_said_nothing_yet_is_answered_too(server):
    async with connected(server) as client:
        while not server.server_state.connections:
            await asyncio.sleep(0)
        await begin_to_end(server)

        assert b"200 OK" in await asked(client)


async def test_one_that_stays_idle_is_closed(server, monkeypatch):
    monkeypatch.setattr(http_protocol, "LINGER", 0.05)
    async with connected(server) as client:
        await asked(client)
        await begin_to_end(server)

        assert await asyncio.wait_for(client[0].read(), 10) == b""


@pytest.mark.parametrize(
    "said", [b"", b"G", GET[:-2], GET + GET[:-2], GET.replace(b"\r\n\r\n", b"\r\nX: y\r\n")]
)
async def test_who_does_not_finish_asking_is_not_waited_for(server, monkeypatch, said):
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 0.05)
    async with connected(server) as (reader, writer):
        writer.write(said)

        # sooner than a connection that is idle is closed
        heard = await asyncio.wait_for(reader.read(), 4)
        assert heard.count(b"200 OK") == said.count(GET)


async def test_who_has_asked_in_time_may_wait_for_the_answer_and_ask_again(server, monkeypatch):
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 0.05)
    async with connected(server) as client, connected(server) as silent:
        await asked(client)
        assert await asyncio.wait_for(silent[0].read(), 4) == b""

        assert b"200 OK" in await asked(client)
