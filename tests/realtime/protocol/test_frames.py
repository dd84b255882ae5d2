"""A frame of ours is what a WebSocket library would have sent."""

import pytest
from websockets.frames import Frame, Opcode

from realtime.protocol.frames import frame_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_follows_rfc_6455(size):
    text = "é" * (size // 2) + "e" * (size % 2)

    assert frame_of(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def test_another_text_has_another_frame():
    assert [frame_of(text)[2:] for text in ("a", "b", "a")] == [b"a", b"b", b"a"]
