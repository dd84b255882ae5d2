"""python -m forum.images.worker FOLDER picture|avatar: prepares the picture in FOLDER/source.

Writes "large" and thumbnails beside it and then, as FOLDER/answer, a JSON object: "refused" with a
reason, or "thumbnails" with the names of those. If it is killed there is no answer.
"""

import json
import resource
import sys
from pathlib import Path

from . import headers
from .encoding import avatar, encoded
from .errors import COSTLY, DAMAGED, Refused
from .limits import CPU_SECONDS, FILE_BYTES, MEMORY_BYTES

LIMITS = {
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_FSIZE: FILE_BYTES,
    resource.RLIMIT_NOFILE: 16,
    resource.RLIMIT_CORE: 0,
}


def main():
    limit()
    folder = Path(sys.argv[1])
    encode = {"picture": encoded, "avatar": avatar}[sys.argv[2]]
    (folder / "answer").write_text(json.dumps(answer(folder, encode)))


def limit():
    for kind, most in LIMITS.items():
        resource.setrlimit(kind, (most, most))


def answer(folder, encode):
    try:
        data = (folder / "source").read_bytes()
        names = []
        for name, content in encode(data, headers.read(data)):
            (folder / name).write_bytes(content)
            names.append(name)
    except Refused as refused:
        return {"refused": refused.reason}
    except MemoryError:
        return {"refused": COSTLY}
    except Exception:  # noqa: BLE001 - Pillow raises many kinds for damaged files
        return {"refused": DAMAGED}
    return {"thumbnails": names[1:]}


if __name__ == "__main__":
    main()
