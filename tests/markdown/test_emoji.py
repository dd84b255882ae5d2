"""Emoji by name become characters, in prose alone."""

import re

import pytest

from forum.importing.prose import escape
from forum.markdown import render
from forum.markdown.emoji import CODE, table


def shown(source):
    return re.sub(r"<[^>]+>", "", render(source)).strip()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (":smile:", "😄"),
        ("Tea:tada: no, tea :tada:!", "Tea:tada: no, tea 🎉!"),
        ("(:+1:) **:tada:**", "(👍️) 🎉"),
        (":smile::tada:", "😄🎉"),
        ("日本:smile:語", "日本😄語"),
        ("[:smile:](/t/1/)", "😄"),
        (":no_such_emoji:", ":no_such_emoji:"),
        (":SMILE:", ":SMILE:"),
        ("10:30:45 and 5:100:7", "10:30:45 and 5:100:7"),
        (":100:5", ":100:5"),
        (": smile :", ": smile :"),
        (r"\:smile:", ":smile:"),
        ("`:smile:`", ":smile:"),
        ("```\n:smile:\n```", ":smile:"),
        ("    :smile:", ":smile:"),
        ("https://example.org/:smile:/x", "https://example.org/:smile:/x"),
    ],
)
def test_a_name_becomes_an_emoji_where_it_stands_alone_in_prose(source, text):
    assert shown(source) == text


def test_an_address_keeps_its_colons():
    assert 'href="/a:smile:b"' in render("[x](/a:smile:b)")


def test_every_name_of_the_table_can_be_written():
    assert all(CODE.fullmatch(f":{name}:") for name in table())
    assert len(table()) > 1900


def test_imported_texts_keep_what_only_looks_like_an_emoji():
    text = "See :key: and :param x: and :smile: at 10:100:00"

    assert shown(escape(text)) == text
