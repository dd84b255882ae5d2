"""Pictures: a photo from bytes to ready, and hostile files to their refusal.

Both relative to Pillow alone in the same run. Run in the top folder with `python -m bench.images`.
`python -m bench.images FILE` is one measurement in a process of its own, because the memory that
the system reports of a child includes what its parent had.
"""

import json
import resource
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from forum.images.errors import Refused
from forum.images.limits import THUMBNAIL_WIDTHS
from forum.images.processing import process

TURNS = 7


def main():
    from PIL import Image

    from tests.images import pictures

    photo = pictures.saved(pictures.noisy(3000, 2000), "jpeg", quality=90)
    twelve = pictures.saved(pictures.noisy(4000, 3000), "jpeg", quality=90)
    with TemporaryDirectory() as name:
        path = Path(name) / "picture"
        ready(path, photo)
        refused(path, pictures.hostile(), lambda: Image.open(BytesIO(twelve)).load())


def ready(path, photo):
    from bench.report import record

    path.write_bytes(photo)
    alone, turns = [], []
    for _turn in range(TURNS):
        alone.append(seconds(with_pillow_alone, photo))
        turns.append(measured(path))
    spent, reference = median(turn["seconds"] for turn in turns), median(alone)
    figure = "a JPEG of 3,000 × 2,000 until it is ready"
    record(figure, spent * 1000, "ms", at_most=2, reference=reference * 1000, of_reference=True)
    record(f"{figure}: memory", max(turn["mebibytes"] for turn in turns), "MiB")


def refused(path, files, decode):
    """The dearest of several kinds, by the time until it is refused and by memory."""
    from bench.report import record

    costs, memory = {}, {}
    for name, content in files.items():
        path.write_bytes(content)
        turns = [(measured(path), seconds(decode)) for _turn in range(3)]
        assert all(turn["refused"] for turn, _decoded in turns), name
        costs[name] = min((turn["seconds"] / decoded, turn["seconds"]) for turn, decoded in turns)
        memory[name] = max(turn["mebibytes"] for turn, _decoded in turns)
    name = max(costs, key=costs.get)
    times, spent = costs[name]
    figure = f"hostile picture until refused, worst of {len(files)}: {name}"
    record(figure, spent * 1000, "ms", at_most=3, reference=spent * 1000 / times, of_reference=True)
    name = max(memory, key=memory.get)
    record(f"the same, memory: {name}", memory[name], "MiB", at_most=100)


def with_pillow_alone(data):
    """The same work as forum/images/encoding.py, without the checks and a process of its own."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    image.save(BytesIO(), "JPEG", quality=85)
    for width in sorted(THUMBNAIL_WIDTHS, reverse=True):
        size = width, round(image.height * width / image.width)
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        image.save(BytesIO(), "JPEG", quality=85)


def measured(path):
    """{"seconds": …, "mebibytes": …, "refused": …} of a new process."""
    command = [sys.executable, "-m", "bench.images", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def measure(path):
    data, refusal = Path(path).read_bytes(), None
    started = time.perf_counter()
    try:
        process(data)
    except Refused as error:
        refusal = error.reason
    spent = time.perf_counter() - started
    kibibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"seconds": spent, "mebibytes": kibibytes / 1024, "refused": refusal}))


def seconds(call, *arguments):
    started = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - started


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
