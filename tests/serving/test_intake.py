"""How what comes over a WebSocket is handed on: in turns, not after too much, and with reading
paused meanwhile.
"""

from types import SimpleNamespace

import pytest

from forum.serving import frame_meter
from forum.serving.frame_meter import BYTES_AT_ONCE, FRAMES_AT_ONCE, READS_AT_ONCE, SLICE
from forum.serving.intake import REST, Intake
from tests.realtime.book import PING, TEXT, frame


class Connection:
    """Notes what an Intake asks of it. `turn()` is one of the event loop."""

    def __init__(self):
        self.parsed, self.calls, self.is_reading, self.refused, self.ending = (
            b"",
            [],
            True,
            0,
            False,
        )

    def parse(self, data):
        self.parsed += data

    def pause(self):
        self.is_reading = False

    def resume(self):
        self.is_reading = True

    def is_ending(self):
        return self.ending

    def refuse(self):
        self.refused += 1

    def later(self, seconds, call):
        self.calls.append((seconds, call))

    def turn(self):
        calls, self.calls = self.calls, []
        for _seconds, call in calls:
            call()


@pytest.fixture(autouse=True)
def _time_that_stands_still(monkeypatch):
    """Else a busy machine takes so long for a few reads that they are no longer many for their
    time.
    """
    monkeypatch.setattr(frame_meter, "time", SimpleNamespace(monotonic=lambda: 1000.0))


@pytest.fixture
def connection():
    return Connection()


@pytest.fixture
def intake(connection):
    return Intake(connection)


PINGS = frame(PING)


def test_what_is_little_is_parsed_at_once(intake, connection):
    intake.take(frame(TEXT, "hello"))

    assert (connection.parsed, connection.calls, connection.is_reading) == (
        frame(TEXT, "hello"),
        [],
        True,
    )


def test_much_is_parsed_in_turns_and_reading_waits_for_them(intake, connection):
    intake.take(PINGS * SLICE * 2 + PINGS)
    assert (connection.parsed, connection.is_reading) == (PINGS * SLICE, False)
    connection.turn()
    assert (connection.parsed, connection.is_reading) == (PINGS * SLICE * 2, False)

    connection.turn()

    assert (connection.parsed, connection.is_reading) == (PINGS * (SLICE * 2 + 1), True)
    assert not connection.calls


def test_what_a_server_reads_all_the_same_comes_after_what_waits(intake, connection):
    first, second = PINGS * (SLICE + 1), frame(TEXT, "later")
    intake.take(first)
    connection.resume()
    intake.take(second)

    assert not connection.is_reading
    connection.turn()
    connection.turn()
    assert connection.parsed == first + second


@pytest.mark.parametrize("flood", [PINGS * FRAMES_AT_ONCE * 2, bytes(BYTES_AT_ONCE + 1)])
def test_after_too_much_nothing_is_read_and_nothing_parsed(intake, connection, flood):
    intake.take(flood)
    for _ in range(20):
        connection.turn()
    parsed = len(connection.parsed)
    intake.take(PINGS)
    connection.turn()

    assert connection.refused == 1
    assert not connection.is_reading
    assert len(connection.parsed) == parsed == 0


def test_what_waits_is_forgotten_when_the_connection_ends(intake, connection):
    intake.take(PINGS * SLICE * 2)
    connection.ending = True
    connection.turn()
    intake.take(PINGS)

    assert connection.parsed == PINGS * SLICE
    assert not connection.calls


def test_small_segments_are_left_for_a_while(intake, connection):
    for _ in range(READS_AT_ONCE):
        intake.take(b"\x81")
    assert not connection.is_reading
    assert [seconds for seconds, _call in connection.calls] == [REST]

    connection.turn()

    assert connection.is_reading
