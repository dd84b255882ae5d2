"""What server processes read of a picture, by themselves."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.images import errors, headers
from forum.images.errors import Refused
from forum.images.texts import TEXTS
from tests.images import pictures
from tests.images.pictures import drawn, saved

pytestmark = pytest.mark.once
KINDS = sorted(headers.READERS)


@pytest.mark.parametrize("kind", KINDS)
def test_kind_and_size_are_read_from_the_content(kind):
    header = headers.read(saved(drawn(123, 45), kind))

    assert (header.kind, header.width, header.height, header.frames) == (kind, 123, 45, 1)


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": b"Exif\0\0"}])
def test_each_form_of_webp_is_read(options):
    header = headers.read(saved(drawn(123, 45), "webp", **options))

    assert (header.width, header.height) == (123, 45)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_orientation_says_which_way_is_up(orientation):
    header = headers.read(pictures.with_exif(orientation))

    assert header.shown_size == ((60, 40) if orientation < 5 else (40, 60))


def test_frames_are_counted():
    assert headers.read(pictures.animated(9)).frames == 9


def test_a_large_photo_is_let_pass_and_will_be_reduced():
    assert headers.read(pictures.jpeg(8000, 6000)).reduction == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pixels: PNG", errors.PIXELS),
        ("pixels: JPEG", errors.PIXELS),
        ("frames: many small ones", errors.FRAMES),
        ("chunks: 300,000 empty ones", errors.COSTLY),
        ("scans: a thousand", errors.COSTLY),
        ("cut off: JPEG", errors.DAMAGED),
        ("polyglot: PNG and archive", errors.DAMAGED),
        ("wrong: SVG", errors.UNKNOWN),
    ],
)
def test_the_reason_of_a_refusal_is_known(name, reason):
    with pytest.raises(Refused) as refused:
        headers.read(pictures.hostile()[name])

    assert refused.value.reason == reason


def test_each_reason_has_words():
    assert all(TEXTS[reason] for reason in errors.REASONS)


@given(st.sampled_from(KINDS), st.data())
def test_no_damage_raises_anything_but_a_refusal(kind, data):
    picture = bytearray(saved(drawn(40, 30), kind))
    for _change in range(data.draw(st.integers(0, 4))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(picture)))

    with suppress(Refused):
        headers.read(bytes(picture[:cut]))
