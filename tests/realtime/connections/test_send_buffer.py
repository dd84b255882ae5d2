"""A page that does not read is closed when its bounded backlog is full, and holds up nobody."""

import asyncio

import pytest

from realtime.connections.send_buffer import BACKLOG, Outlet

TEXT = "x" * 1024


class Wire:
    """A server's end: takes frames while `flows` is set, and waits otherwise, as uvicorn does when a buffer is full."""

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
    """What an outlet needs of its page."""

    def __init__(self, send):
        self.outlet, self.ways = Outlet(send, self), []

    def send_away(self):
        self.outlet.close(4001)

    def rewire(self):
        self.ways.append(self.outlet.way)


@pytest.fixture
async def outlet(wire):
    outlet = Owner(wire.send).outlet
    yield outlet
    outlet.abandon()


async def test_a_page_that_reads_gets_its_frame_before_push_returns(wire, outlet):
    outlet.push("a")

    assert wire.sent == ["a"]


async def test_what_could_not_be_sent_comes_later_in_order(wire, outlet):
    outlet.push("a")
    wire.flows.clear()
    for text in "bcd":
        outlet.push(text)
    assert wire.sent == ["a"]

    wire.flows.set()
    outlet.push("e")
    await outlet.drained(5)

    assert wire.sent == list("abcde")


async def test_the_hub_may_not_go_past_what_waits(wire):
    owner = Owner(wire.send)
    assert owner.outlet.way == wire.send
    wire.flows.clear()

    owner.outlet.push("a")
    wire.flows.set()
    await owner.outlet.drained(5)

    assert owner.ways == [None, wire.send]


async def test_a_page_that_never_reads_is_given_up_with_a_bounded_backlog(wire, outlet):
    wire.flows.clear()

    for _ in range(1000):
        outlet.push(TEXT)

    assert outlet.is_closed
    assert sum(len(message.get("text", "")) for message in outlet._waiting) == 0
    wire.flows.set()
    await outlet.drained(5)
    assert wire.sent == [TEXT, 4001]


async def test_the_backlog_counts_bytes_and_takes_what_fits(wire, outlet):
    wire.flows.clear()
    outlet.push("first")
    for _ in range(BACKLOG // 1024):
        outlet.push("€" * 341 + "x")
    assert not outlet.is_closed

    outlet.push("x")

    assert outlet.is_closed


async def test_a_close_code_that_the_server_refuses_is_sent_as_a_private_one(wire):
    sent = []

    async def send(message):
        if message.get("code", 4000) < 3000:
            raise ValueError("invalid close code")
        sent.append(message)

    Owner(send).outlet.close(1009)

    assert sent == [{"type": "websocket.close", "code": 4009}]


async def test_a_server_may_have_awaitables_of_its_own(wire):
    class Sending:
        def __init__(self, message):
            self.message = message

        def __await__(self):
            return wire.send(self.message).__await__()

    outlet = Owner(Sending).outlet
    for text in "abc":
        outlet.push(text)
    await outlet.drained(5)

    assert wire.sent == ["a", "b", "c"]


async def test_after_closing_nothing_is_sent(wire, outlet):
    outlet.close(4001)
    outlet.push("late")
    outlet.close(1009)

    assert wire.sent == [4001]


async def test_a_socket_that_is_gone_is_no_error(wire):
    async def send(message):
        raise ConnectionResetError

    outlet = Owner(send).outlet
    outlet.push("a")
    outlet.push("b")

    assert outlet.is_closed


async def test_a_send_that_fails_late_ends_the_outlet(wire):
    async def send(message):
        await asyncio.sleep(0)
        raise ConnectionResetError

    outlet = Owner(send).outlet
    outlet.push("a")
    outlet.push("b")
    await outlet.drained(5)

    assert outlet.is_closed


async def test_whoever_leaves_takes_the_waiting_frames_along(wire, outlet):
    wire.flows.clear()
    outlet.push("a")
    outlet.push("b")

    outlet.abandon()
    wire.flows.set()
    await outlet.drained(5)

    assert wire.sent == []
