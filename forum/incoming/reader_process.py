"""python -m forum.incoming.reader_process: reads mails for reading.Reader.

Takes raw mails from standard input, each after its length, and writes a line of JSON for each: the
fields of its Letter, or a text that says why it can't be read.
"""

import json
import sys
from dataclasses import asdict

import django


def main():
    django.setup()
    from .reading import SIZE_BYTES

    source, target = sys.stdin.buffer, sys.stdout.buffer
    while size := source.read(SIZE_BYTES):
        target.write(json.dumps(answer(source.read(int.from_bytes(size)))).encode() + b"\n")
        target.flush()


def answer(raw):
    from django.conf import settings

    from forum.importing.cpu_budget import OutOfTime, cpu_budget

    from .reading import letter

    seconds = settings.IMPORT_CPU_SECONDS
    try:
        with cpu_budget(seconds, is_own_process=True):
            return asdict(letter(raw))
    except OutOfTime:
        return f"It took more than {seconds:g} seconds of CPU time."
    except Exception as error:  # noqa: BLE001 - one odd mail must not stop the others
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
