"""Every page is asked every 25 seconds, and has ten to answer. By a clock of this test's own."""

import asyncio

import pytest

from realtime.timing import Timing
from tests.realtime.sockets import until

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    """Stands still; `turn` returns once the hub has looked at it, and so at all pages."""

    def __init__(self):
        self.now, self.looks, self.at_next = 0.0, 0, None

    def look(self):
        self.looks += 1
        if self.at_next:
            asyncio.get_running_loop().call_soon(self.at_next)
            self.at_next = None
        return self.now

    async def turn(self, to):
        self.now, seen = to, self.looks
        await until(lambda: self.looks > seen + 2)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timing(clock):
    return Timing(clock=clock.look, heartbeat_pulse=0.005)


@pytest.fixture
async def page(clock, visit, hub, topic):
    """A page with its end here as `page.here`."""
    page = await visit()
    await page.watch_topic(topic)
    (page.here,) = hub.pages
    return page


def beats(page):
    return [frame["type"] for frame in page.collect()].count("heartbeat")


async def test_a_heartbeat_is_sent_after_25_seconds_and_not_before(page, clock):
    came = page.here.beat_at

    await clock.turn(came + 24.9)
    assert beats(page) == 0
    await clock.turn(came + 25.01)
    assert beats(page) == 1


async def test_a_page_has_ten_seconds_to_answer(page, clock):
    came = page.here.beat_at
    await clock.turn(came + 25.01)
    page.here.received_at = came + 24  # long silent when the heartbeat is due

    await clock.turn(came + 35)
    assert page.here.send_buffer.is_closed is False
    await clock.turn(came + 35.1)
    assert await page.closed() == 4001


async def test_a_page_whose_answer_is_unread_on_a_busy_server_is_not_disconnected(page, clock):
    came = page.here.beat_at
    await clock.turn(came + 25.01)
    page.here.received_at = came + 24

    clock.at_next = lambda: setattr(
        page.here, "received_at", came + 40
    )  # it is read after the pulse
    await clock.turn(came + 40)

    assert page.here.send_buffer.is_closed is False


async def test_a_page_that_answers_gets_the_next_heartbeat_after_25_seconds(page, clock):
    came = page.here.beat_at
    await clock.turn(came + 25.01)
    page.here.received_at = came + 25.1

    await clock.turn(came + 49.9)
    assert beats(page) == 1
    await clock.turn(came + 50.02)
    assert beats(page) == 2


async def test_a_server_that_was_stopped_reads_answers_before_it_disconnects_pages(page, clock):
    came = page.here.beat_at

    await clock.turn(came + 300)
    assert beats(page) == 1
    assert page.code is None
