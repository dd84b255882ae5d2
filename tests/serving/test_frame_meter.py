"""What one client may send over a WebSocket, on the edges, whatever the pieces in which it
comes.
"""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.serving import frame_meter
from forum.serving.frame_meter import (
    BYTES_AT_ONCE,
    FRAMES_AT_ONCE,
    READS_AT_ONCE,
    SLICE,
    FrameMeter,
    TooMuch,
)
from tests.realtime.book import BINARY, CONTINUED, PING, PONG, TEXT, frame


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(frame_meter, "time", clock)
    return clock


KINDS = [TEXT, BINARY, CONTINUED, PING, PONG, 3, 15]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("last", [True, False])
def test_frames_of_every_kind_are_counted(clock, kind, last):
    one = frame(kind, b"", last=last)

    FrameMeter().admit(one * FRAMES_AT_ONCE)

    with pytest.raises(TooMuch):
        FrameMeter().admit(one * (FRAMES_AT_ONCE + 1))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 4096, 65535, 65536])
@pytest.mark.parametrize("masked", [True, False])
def test_a_turn_ends_with_a_frame(clock, monkeypatch, size, masked):
    monkeypatch.setattr(frame_meter, "BYTES_AT_ONCE", 10**8)
    frames = [
        frame(BINARY, bytes([number]) * size, masked=masked) for number in range(2 * SLICE + 1)
    ]

    pieces = FrameMeter().admit(b"".join(frames))

    assert pieces == [b"".join(frames[start : start + SLICE]) for start in (0, SLICE, 2 * SLICE)]


@given(
    st.lists(st.integers(0, 300), max_size=30), st.lists(st.integers(1, 40)), st.binary(max_size=20)
)
def test_the_pieces_in_which_it_comes_do_not_matter(sizes, cuts, rest):
    stream = b"".join(frame(BINARY, bytes(size)) for size in sizes) + rest
    whole, pieces = FrameMeter(), FrameMeter()
    parsed = b"".join(whole.admit(stream))

    for cut in [*cuts, len(stream)]:
        pieces.admit(stream[:cut])
        stream = stream[cut:]

    assert parsed.endswith(rest)
    assert (pieces._head, pieces._payload) == (whole._head, whole._payload)
    assert round(pieces._frames) == round(whole._frames)


def test_a_frame_that_says_it_is_endless_is_one_frame(clock):
    endless = b"\x81\xff" + b"\x7f" + b"\xff" * 7 + bytes(4)
    assert FrameMeter().admit(endless + frame(PING) * 1000) == [endless + frame(PING) * 1000]


def test_bytes_are_counted_before_anything_else(clock):
    meter, endless = FrameMeter(), b"\x81\xff" + b"\x7f" * 8 + bytes(4)
    meter.admit(endless + bytes(BYTES_AT_ONCE - len(endless)))
    with pytest.raises(TooMuch):
        meter.admit(b"x")

    clock.now += 1
    meter.admit(bytes(frame_meter.BYTES - 1))


def test_frames_are_allowed_again_with_time(clock):
    meter = FrameMeter()
    meter.admit(frame(PING) * FRAMES_AT_ONCE)
    clock.now += 1
    meter.admit(frame(PING) * frame_meter.FRAMES)
    with pytest.raises(TooMuch):
        meter.admit(frame(PING))


def test_who_sends_in_small_segments_is_read_less_often(clock):
    meter = FrameMeter()
    for _ in range(READS_AT_ONCE - 1):
        meter.admit(b"\x81")
        assert meter.may_read_on
    meter.admit(b"\x81")
    assert not meter.may_read_on

    clock.now += 0.1
    meter.admit(b"\x81")
    assert meter.may_read_on
