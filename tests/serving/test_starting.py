"""A process of a real site loads what it serves with, and nothing that can wait."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.servers

LATER = {
    "daphne": "the server behind `runserver`",
    "confusable_homoglyphs": "the tables of look-alike letters, for names that are chosen",
}


def test_it_starts_without_what_only_others_or_few_need():
    code = "import sys, forum.asgi; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "forum.usernames.rules" in loaded
    assert not LATER.keys() & {name.partition(".")[0] for name in loaded}


def test_it_frees_garbage_in_small_portions_and_never_looks_at_what_was_loaded():
    code = "import gc, forum.asgi; print(gc.get_threshold()[0], gc.get_freeze_count())"

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    between, frozen = map(int, printed[-2:])
    assert between <= 5_000
    assert frozen > 50_000
