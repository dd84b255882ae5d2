"""What can be said of the scripts without a browser."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import constants

TESTS = sorted(map(str, (Path(__file__).parent / "js").glob("*.test.js")))


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node: make services")
def test_the_scripts_pass_their_own_tests():
    done = subprocess.run(["node", "--test", *TESTS], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_numbers_that_both_sides_need_are_those_of_the_server():
    assert constants.SCRIPT.read_text() == constants.script(), "Run: python -m tests.support.constants"


def test_each_of_these_numbers_is_used_and_no_script_has_close_codes_of_its_own():
    scripts = {path: path.read_text() for path in constants.SCRIPT.parent.rglob("*.js") if path != constants.SCRIPT}

    unused = [
        name for name in constants.numbers() if not any(re.search(rf"\b{name}\b", text) for text in scripts.values())
    ]
    own = [path.name for path, text in scripts.items() if re.search(r"\b(4001|1012|1013)\b", text)]
    assert (unused, own) == ([], [])
