"""The limits on a page's messages and on its admission, at their boundaries."""

import asyncio
from types import SimpleNamespace

import pytest

from realtime import database
from realtime.connections import connection
from realtime.protocol import limits

pytestmark = pytest.mark.once


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(limits, "time", clock)
    return clock


def test_twenty_messages_may_be_sent_at_once_and_then_five_a_second(clock):
    allowance = limits.Allowance(limits.MESSAGES)
    assert [allowance.take() for _ in range(21)] == [True] * 20 + [False]

    allowance = limits.Allowance(limits.MESSAGES)
    assert all(allowance.take() for _ in range(20))
    for _ in range(50):
        clock.now += 0.2001
        assert allowance.take()
    clock.now += 0.19
    assert not allowance.take()


def test_after_a_long_silence_twenty_messages_may_come_at_once_and_no_more(clock):
    allowance = limits.Allowance(limits.MESSAGES)
    clock.now += 3600

    assert [allowance.take() for _ in range(21)] == [True] * 20 + [False]


def test_refused_messages_do_not_prolong_the_limit(clock):
    allowance = limits.Allowance(limits.MESSAGES)
    for _ in range(10_000):
        allowance.take()

    clock.now += 0.21

    assert [allowance.take() for _ in range(2)] == [True, False]


@pytest.mark.parametrize("text", ["x" * 4096, b"x" * 4096, "é" * 2048, "€" * 1365 + "x"])
def test_four_kibibytes_are_not_too_big_and_one_byte_more_is(text):
    assert not limits.is_too_big(text)
    assert limits.is_too_big(text + text[-1:])


@pytest.mark.django_db(transaction=True)
async def test_a_page_that_is_not_admitted_in_time_is_closed_with_try_later(
    visit, hub, monkeypatch
):
    async def never(*_asked):
        await asyncio.Event().wait()

    assert connection.PATIENCE == 10
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    monkeypatch.setattr(database, "ask", never)
    page = await visit()

    assert await page.closed() == 1013
