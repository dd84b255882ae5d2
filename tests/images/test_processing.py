"""The worker itself, with pictures good, hostile and odd."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from forum.images import errors, headers, processing
from forum.images.errors import Refused
from tests.images import pictures
from tests.images.pictures import drawn, opened, saved

pytestmark = [pytest.mark.once, pytest.mark.servers]
HOSTILE = sorted(pictures.hostile())
ODD = sorted(pictures.odd())
KINDS = sorted(headers.READERS)
SECRETS = b"Nosy Telephone", b"taken at home", b"ICC_PROFILE", b"x:xmpmeta"


def is_near(pixel, colour):
    return all(abs(one - other) < 60 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_each_kind_is_encoded_anew(kind):
    picture = processing.process(saved(drawn(1500, 1000), kind))

    assert picture.large.kind == kind
    assert [(file.width, file.height) for file in picture.thumbnails] == [(640, 427), (1280, 853)]
    for file in (picture.large, *picture.thumbnails):
        image = opened(file.content).convert("RGB")
        assert image.size == (file.width, file.height)
        assert is_near(image.getpixel((5, 5)), (255, 0, 0))
        assert is_near(image.getpixel((file.width - 5, 5)), (0, 0, 255))


def test_a_small_picture_has_no_thumbnails():
    assert processing.process(pictures.jpeg()).thumbnails == ()


@pytest.mark.parametrize("kind", KINDS)
def test_no_metadata_is_left(kind):
    exif = Image.Exif()
    exif[0x010F] = "Nosy Telephone"
    options = {
        "exif": exif,
        "comment": "taken at home",
        "icc_profile": b"ICC_PROFILE",
        "xmp": b"x:xmpmeta",
    }
    data = saved(drawn(), kind, **options)
    assert any(secret in data for secret in SECRETS)

    content = processing.process(data).large.content

    assert not any(secret in content for secret in SECRETS)


def test_a_turned_picture_becomes_upright():
    picture = processing.process(pictures.with_exif(orientation=6))

    image = opened(picture.large.content)
    assert image.size == (40, 60)
    assert is_near(image.getpixel((35, 5)), (255, 0, 0))
    assert headers.read(pictures.with_exif(orientation=6)).shown_size == (40, 60)


def test_a_colour_profile_is_applied_and_removed():
    assert b"ICC_PROFILE" not in processing.process(pictures.with_profile()).large.content


@pytest.mark.parametrize("kind", ["png", "gif"])
def test_transparency_of_a_palette_is_kept(kind):
    image = drawn(900, 600, "P")
    data = saved(image, kind, transparency=image.getpixel((0, 0)))

    picture = processing.process(data)

    for file in (picture.large, *picture.thumbnails):
        assert opened(file.content).convert("RGBA").getpixel((1, 1))[3] == 0
        assert opened(file.content).convert("RGBA").getpixel((file.width - 1, 1))[3] == 255


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_each_mode_of_png_can_be_stored(mode):
    image = drawn(700, 20, "L").convert(mode) if mode == "I;16" else drawn(700, 20, mode)

    picture = processing.process(saved(image, "png"))

    assert picture.large.width == 700
    assert [file.width for file in picture.thumbnails] == [640]


def test_a_jpeg_in_the_colours_of_print_is_shown_in_those_of_screens():
    picture = processing.process(saved(drawn(mode="CMYK"), "jpeg"))

    assert opened(picture.large.content).mode == "RGB"


def test_an_animation_keeps_its_frames_and_their_times():
    image = opened(processing.process(pictures.animated(7)).large.content)

    assert image.n_frames == 7
    assert image.info["duration"] == 80
    assert image.info["loop"] == 0


def test_a_very_large_photo_is_reduced_while_it_is_decoded():
    picture = processing.process(saved(drawn(8000, 6000), "jpeg"))

    assert (picture.large.width, picture.large.height) == (4000, 3000)


def test_what_follows_a_jpeg_is_not_kept():
    picture = processing.process(pictures.jpeg() + pictures.ZIP + pictures.SCRIPT)

    assert b"evil" not in picture.large.content
    assert b"script" not in picture.large.content


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name):
    with pytest.raises(Refused):
        processing.process(pictures.hostile()[name])


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_becomes_a_whole_picture(name):
    large = processing.process(pictures.odd()[name]).large

    assert opened(large.content).size == (large.width, large.height)


def test_the_worker_is_stopped_by_its_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(processing, "WALL_SECONDS", 0.01)

    with pytest.raises(Refused) as refused:
        processing.process(pictures.jpeg())

    assert refused.value.reason == errors.COSTLY


def test_a_killed_worker_refuses_the_picture_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    killer = threading.Thread(target=kill_the_worker, args=[tmp_path])
    killer.start()

    with pytest.raises(Refused) as refused:
        processing.process(saved(pictures.noisy(4000, 3900), "png", compress_level=1))

    killer.join()
    assert refused.value.reason == errors.COSTLY
    assert list(tmp_path.iterdir()) == []


def kill_the_worker(folder, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and str(folder).encode() in command_of(entry):
                os.kill(int(entry.name), signal.SIGKILL)
                return
        time.sleep(0.01)


def command_of(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    "attempt", ["bytearray(2**30)", "open('large', 'wb').write(bytes(80 * 2**20))"]
)
def test_the_worker_can_take_neither_memory_nor_disk_without_end(attempt, tmp_path):
    code = f"from forum.images.worker import limit; limit()\n{attempt}"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(processing.ROOT)},
        capture_output=True,
    )

    assert done.returncode != 0
    assert b"MemoryError" in done.stderr or b"File too large" in done.stderr


def test_the_worker_gets_nothing_of_the_environment(monkeypatch):
    started = []
    monkeypatch.setenv("SECRET_KEY", "of the site")
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess,
        "Popen",
        lambda *arguments, **named: started.append(named) or real(*arguments, **named),
    )

    processing.process(pictures.jpeg())

    assert [one["env"] for one in started] == [{}]


def test_what_a_taken_over_worker_claims_is_not_believed(tmp_path):
    (tmp_path / "answer").write_text('{"thumbnails": ["../../secret"]}')
    (tmp_path / "large").write_bytes(pictures.jpeg())
    with pytest.raises(Refused):
        processing.picture_in(tmp_path)

    (tmp_path / "answer").write_text('{"thumbnails": []}')
    (tmp_path / "large").write_bytes(pictures.SCRIPT)
    with pytest.raises(Refused):
        processing.picture_in(tmp_path)


def test_the_worker_does_without_django():
    code = "import sys, forum.images.worker; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=processing.ROOT).returncode == 0
