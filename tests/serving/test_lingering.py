"""After a refusal the connection stays open for what is still being sent, so that the answer can be
read.
"""

import asyncio

import pytest

from forum.serving import bodies, lingering
from forum.serving.lingering import Lingering
from tests.serving.test_ingress import (  # noqa: F401 - fixtures
    CHUNKED,
    LIMIT,
    POST,
    application,
    connected,
    server,
    status,
    until,
)

pytestmark = pytest.mark.servers

BODY = 5_000_000  # bytes; more than the kernel keeps
SENDERS = {
    "413, announced": (POST + b"Content-Length: %d\r\n\r\n" % BODY, b"x" * BODY, 413),
    "413, in chunks": (
        CHUNKED,
        (b"%x\r\n" % 50_000 + b"x" * 50_000 + b"\r\n") * (BODY // 50_000),
        413,
    ),
    "413, with a GET behind it": (
        POST + b"Content-Length: %d\r\n\r\n" % BODY,
        b"x" * BODY + POST,
        413,
    ),
    "400 for a method": (
        CHUNKED.replace(b"POST", b"PUT"),
        (b"%x\r\n" % 50_000 + b"x" * 50_000 + b"\r\n") * 100,
        400,
    ),
    "400 for chunks": (CHUNKED, b"1\r\nx\r\n" * (BODY // 6), 400),
    "400 for no HTTP": (b"\x16\x03\x01\r\n", b"x" * BODY, 400),
    "431": (b"GET / HTTP/1.1\r\nX-Long: ", b"x" * BODY, 431),
    "an answer to what nobody read": (
        POST.replace(b" / ", b" /unread ") + b"Content-Length: 900000\r\n\r\n",
        b"x" * 900_000,
        200,
    ),
}


@pytest.mark.parametrize("name", SENDERS)
async def test_who_sends_all_before_reading_is_not_reset_and_reads_the_answer(server, name):  # noqa: F811
    head, body, expected = SENDERS[name]
    async with asyncio.timeout(30), connected(server) as (reader, writer):
        writer.write(head)
        await until(lambda: reader._buffer or name.endswith(("chunks", "431", "HTTP")))
        for start in range(0, len(body), 100_000):
            writer.write(body[start : start + 100_000])
            await writer.drain()
        writer.write_eof()

        assert status(await reader.read()) == expected
    await until(lambda: not Lingering.open)


async def test_the_answer_ends_at_once_for_who_waits_for_that(server):  # noqa: F811
    async with asyncio.timeout(15), connected(server) as (reader, writer):
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % BODY)

        assert status(await reader.read()) == 413
        assert Lingering.open.total() == 1


async def send_without_end(writer):
    while True:
        writer.write(b"x" * 100_000)
        await writer.drain()
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(("bound", "value"), [("SECONDS", 0.05), ("BYTES", 300_000)])
async def test_it_is_for_a_bounded_time_and_number_of_bytes(server, monkeypatch, bound, value):  # noqa: F811
    monkeypatch.setattr(lingering, bound, value)
    async with asyncio.timeout(15), connected(server) as (reader, writer):
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % BODY)
        await reader.read()

        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            await send_without_end(writer)
    await until(lambda: not server.server_state.connections)


async def test_one_network_has_a_bounded_number_of_them(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(lingering, "OF_NETWORK", 2)
    clients = [await asyncio.open_connection("127.0.0.1", server.config.port) for _ in range(4)]
    for reader, writer in clients:
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % BODY)
        assert status(await asyncio.wait_for(reader.read(), 15)) == 413

    assert Lingering.open == {"127.0.0.1": 2}
    await until(lambda: len(server.server_state.connections) == 2)
    for _reader, writer in clients:
        writer.close()
    await until(lambda: not Lingering.open)


async def test_a_request_that_was_read_whole_ends_its_connection_at_once(server, application):  # noqa: F811
    async with asyncio.timeout(15), connected(server) as (reader, writer):
        writer.write(
            POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % LIMIT + b"x" * LIMIT
        )

        assert status(await reader.read()) == 200
        assert not Lingering.open
        await until(lambda: not server.server_state.connections)


async def test_a_body_that_was_not_in_time_may_still_come(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(bodies, "GRACE", 0.05)
    async with asyncio.timeout(15), connected(server) as (reader, writer):
        writer.write(POST + b"Content-Length: 900000\r\n\r\n" + b"x" * 100)
        await until(lambda: reader._buffer)
        writer.write(b"x" * 800_000)
        await writer.drain()

        assert status(await reader.read()) == 408
