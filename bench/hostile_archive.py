"""Imports an archive in which every other message is hostile: CPU time, and messages lost."""

import os
import tempfile
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
django.setup()

from django.conf import settings  # noqa: E402

from bench.report import record  # noqa: E402
from forum.importing import converter, mbox  # noqa: E402
from tests.importing import mails  # noqa: E402
from tests.importing.hostile_mails import HOSTILE  # noqa: E402


def main():
    sent = []
    for number, hostile in enumerate(HOSTILE.values()):
        sent += [mails.mail(f"Letter {number}.", message_id=f"<{number}@example.org>"), hostile]
    with tempfile.TemporaryDirectory() as folder:
        raws = list(mbox.read(mails.write(Path(folder) / "archive", *sent)))
    costs, letters = [], set()
    for raw in raws:
        began = time.process_time()
        result = converter.convert(raw)
        costs.append(time.process_time() - began)
        letters |= {result.body} if isinstance(result, converter.Draft) else set()
    record(
        f"import: CPU of the dearest of {len(HOSTILE)} hostile messages",
        max(costs),
        "s",
        at_most=settings.IMPORT_CPU_SECONDS,
    )
    lost = sum(f"Letter {number}." not in letters for number in range(len(HOSTILE)))
    record("import: other messages lost", lost, "", at_most=0)


if __name__ == "__main__":
    main()
