"""Prepares a picture in a process of its own, which may be killed."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import headers
from .errors import COSTLY, REASONS, Refused
from .limits import AVATAR_SIDES, FILE_BYTES, THUMBNAIL_WIDTHS, WALL_SECONDS

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"large", *map(str, (*THUMBNAIL_WIDTHS, *AVATAR_SIDES))}
MAX_ANSWER = 4096  # bytes


@dataclass(frozen=True, slots=True)
class File:
    kind: str
    """jpeg, png, gif, webp or avif."""
    width: int
    height: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    large: File
    thumbnails: tuple[File, ...]
    """Smaller ones, the smallest first; none if the picture is small or moves."""


def process(data, mode="picture"):
    """The Picture made of a file's bytes. Raises errors.Refused; takes at most WALL_SECONDS.

    The mode "avatar" cuts it to a square.
    """
    with tempfile.TemporaryDirectory(prefix="parley-image-") as name:
        folder = Path(name)
        (folder / "source").write_bytes(data)
        run_worker(folder, mode)
        return picture_in(folder)


def run_worker(folder, mode="picture"):
    """It gets nothing of the environment, which has secrets."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "forum.images.worker", str(folder), mode],
        cwd=ROOT,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        worker.wait(WALL_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        worker.kill()
        worker.wait()


def picture_in(folder):
    """What the worker has left there. Believes none of it: the files are read once more."""
    try:
        answer = json.loads(content_of(folder / "answer", MAX_ANSWER))
        if "refused" in answer:
            raise Refused(answer["refused"] if answer["refused"] in REASONS else COSTLY)
        large, *thumbnails = (file_in(folder, name) for name in ["large", *answer["thumbnails"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(COSTLY) from error
    return Picture(large, tuple(sorted(thumbnails, key=by_width)))


def file_in(folder, name):
    if name not in NAMES:
        raise ValueError(name)
    content = content_of(folder / name, FILE_BYTES)
    header = headers.read(content)
    return File(header.kind, header.width, header.height, content)


def content_of(path, most):
    with path.open("rb") as file:
        return file.read(most)


def by_width(file):
    return file.width
