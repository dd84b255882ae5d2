"""A page that does not read is closed when its bounded backlog is full, and holds up nobody."""

import asyncio

import pytest

from realtime.connections.send_buffer import BACKLOG, SendBuffer

pytestmark = pytest.mark.once

TEXT = "x" * 1024


class Wire:
    """A server's `send`: accepts frames while `flows` is set, otherwise waits, as uvicorn's."""

    def __init__(self):
        self.sent, self.flows = [], asyncio.Event()
        self.flows.set()

    async def send(self, message):
        await self.flows.wait()
        self.sent.append(message.get("text", message.get("code")))


@pytest.fixture
async def wire():
    return Wire()


class Owner:
    """The interface of a page that its send buffer needs."""

    def __init__(self, send):
        self.send_buffer, self.ways = SendBuffer(send, self), []

    def disconnect_for_resync(self):
        self.send_buffer.close(4001)

    def refresh_route(self):
        self.ways.append(self.send_buffer.fast_path)


@pytest.fixture
async def send_buffer(wire):
    send_buffer = Owner(wire.send).send_buffer
    yield send_buffer
    send_buffer.abandon()


async def test_a_page_that_reads_gets_its_frame_before_push_returns(wire, send_buffer):
    send_buffer.push("a")

    assert wire.sent == ["a"]


async def test_frames_that_could_not_be_sent_come_later_in_order(wire, send_buffer):
    send_buffer.push("a")
    wire.flows.clear()
    for text in "bcd":
        send_buffer.push(text)
    assert wire.sent == ["a"]

    wire.flows.set()
    send_buffer.push("e")
    await send_buffer.drained(5)

    assert wire.sent == list("abcde")


async def test_there_is_no_fast_path_while_frames_wait(wire):
    owner = Owner(wire.send)
    assert owner.send_buffer.fast_path == wire.send
    wire.flows.clear()

    owner.send_buffer.push("a")
    wire.flows.set()
    await owner.send_buffer.drained(5)

    assert owner.ways == [None, wire.send]


async def test_a_page_that_never_reads_is_closed_with_a_bounded_backlog(wire, send_buffer):
    wire.flows.clear()

    for _ in range(1000):
        send_buffer.push(TEXT)

    assert send_buffer.is_closed
    assert sum(len(message.get("text", "")) for message in send_buffer._waiting) == 0
    wire.flows.set()
    await send_buffer.drained(5)
    assert wire.sent == [TEXT, 4001]


async def test_the_backlog_counts_bytes_and_takes_what_fits(wire, send_buffer):
    wire.flows.clear()
    send_buffer.push("first")
    for _ in range(BACKLOG // 1024):
        send_buffer.push("€" * 341 + "x")
    assert not send_buffer.is_closed

    send_buffer.push("x")

    assert send_buffer.is_closed


async def test_a_close_code_that_the_server_refuses_is_sent_as_a_private_one(wire):
    sent = []

    async def send(message):
        if message.get("code", 4000) < 3000:
            raise ValueError("invalid close code")
        sent.append(message)

    Owner(send).send_buffer.close(1009)

    assert sent == [{"type": "websocket.close", "code": 4009}]


async def test_a_server_may_have_a_send_that_is_no_coroutine(wire):
    class Sending:
        def __init__(self, message):
            self.message = message

        def __await__(self):
            return wire.send(self.message).__await__()

    send_buffer = Owner(Sending).send_buffer
    for text in "abc":
        send_buffer.push(text)
    await send_buffer.drained(5)

    assert wire.sent == ["a", "b", "c"]


async def test_after_closing_nothing_is_sent(wire, send_buffer):
    send_buffer.close(4001)
    send_buffer.push("late")
    send_buffer.close(1009)

    assert wire.sent == [4001]


async def test_a_closed_socket_is_no_error(wire):
    async def send(message):
        raise ConnectionResetError

    send_buffer = Owner(send).send_buffer
    send_buffer.push("a")
    send_buffer.push("b")

    assert send_buffer.is_closed


async def test_a_send_that_fails_late_closes_the_send_buffer(wire):
    async def send(message):
        await asyncio.sleep(0)
        raise ConnectionResetError

    send_buffer = Owner(send).send_buffer
    send_buffer.push("a")
    send_buffer.push("b")
    await send_buffer.drained(5)

    assert send_buffer.is_closed


async def test_a_page_that_leaves_drops_its_waiting_frames(wire, send_buffer):
    wire.flows.clear()
    send_buffer.push("a")
    send_buffer.push("b")

    send_buffer.abandon()
    wire.flows.set()
    await send_buffer.drained(5)

    assert wire.sent == []
