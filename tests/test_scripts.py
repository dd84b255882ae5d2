"""What can be said of the scripts without a browser."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from forum.signals import KINDS
from realtime.protocol import answers, events, messages
from tests.support import constants

pytestmark = [pytest.mark.servers, pytest.mark.once]

TESTS = sorted(map(str, (Path(__file__).parent / "js").glob("*.test.js")))


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node: make services")
def test_the_scripts_pass_their_own_tests():
    done = subprocess.run(["node", "--test", *TESTS], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_numbers_that_both_sides_need_are_those_of_the_server():
    assert constants.SCRIPT.read_text() == constants.script(), (
        "Run: python -m tests.support.constants"
    )


def test_each_of_these_numbers_is_used_and_no_script_has_close_codes_of_its_own():
    scripts = {
        path: path.read_text()
        for path in constants.SCRIPT.parent.rglob("*.js")
        if path != constants.SCRIPT
    }

    unused = [
        name
        for name in constants.numbers()
        if not any(re.search(rf"\b{name}\b", text) for text in scripts.values())
    ]
    own = [path.name for path, text in scripts.items() if re.search(r"\b(4001|1012|1013)\b", text)]
    assert (unused, own) == ([], [])


TYPES = (constants.SCRIPT.parent / "protocol.d.ts").read_text()


@pytest.mark.parametrize(
    ("typed", "interface"),
    [
        (events.PostUpdate, "Update"),
        (events.PostOfUpdate, "Post"),
        (answers.Changes, "Changes"),
        (answers.Reload, "Reload"),
        (answers.Rows, "Rows"),
        (answers.News, "News"),
        (events.PersonalUpdate, "PersonalUpdate"),
        (answers.PersonalChanges, "PersonalChanges"),
        (answers.PersonalReload, "PersonalReload"),
        (answers.MemberGone, "MemberGone"),
    ],
)
def test_messages_have_the_same_fields_on_both_sides(typed, interface):
    [body] = re.findall(rf"^  interface {interface} \{{\n(.*?)^  \}}", TYPES, re.M | re.S)

    assert set(re.findall(r"^    (\w+)\??:", body, re.M)) - {"for"} == set(
        typed.__annotations__
    ) - {"for"}


def test_pages_may_send_what_the_server_reads():
    sent = TYPES[TYPES.index("What a page sends") : TYPES.index("Between the tabs")]

    assert set(re.findall(r'type: "(\w+)"', sent)) == set(messages.KINDS)


def test_updates_are_of_the_same_kinds_on_both_sides():
    [kinds] = re.findall(r"^    kind:\n(.*?);", TYPES, re.M | re.S)

    assert re.findall(r'"(\w+)"', kinds) == [*KINDS, "header"]
