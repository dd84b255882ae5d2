"""A poll is a fenced block that reads well as plain text, and errors say what to change."""

from datetime import UTC, datetime

import pytest

from forum import markdown
from forum.markdown.polls import BadPoll, PollText, read

pytestmark = pytest.mark.once

OPTIONS = "- Friday\n- Saturday\n- Sunday"


def block(text):
    return f"```poll\n{text}\n```"


def test_a_question_and_options_are_a_poll():
    assert read(f"Which day?\n{OPTIONS}") == PollText(
        "Which day?", ("Friday", "Saturday", "Sunday")
    )


def test_rules_say_the_rest():
    poll = read(
        "Which day?\nType: multiple, at most 2\ncloses: 2031-12-10 18:00\n"
        f"results: after voting\nvotes: public\n\n{OPTIONS}"
    )

    assert (poll.kind, poll.most, poll.results, poll.is_public) == (
        "multiple",
        2,
        "after voting",
        True,
    )
    assert poll.closes_at == datetime(2031, 12, 10, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "kind", "most"),
    [
        ("type: single", "single", 1),
        ("type: multiple", "multiple", 3),
        ("type: multiple at most 1", "multiple", 1),
        ("TYPE: Ranked", "ranked", 3),
    ],
)
def test_types(rule, kind, most):
    poll = read(f"Which day?\n{rule}\n{OPTIONS}")

    assert (poll.kind, poll.most) == (kind, most)


def test_a_day_means_its_end():
    poll = read(f"Which day?\ncloses: 2031-12-31\n{OPTIONS}")

    assert poll.closes_at == datetime(2031, 12, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize("marks", ["- {}", "* {}", "1. {}", "12) {}"])
def test_options_are_lists_of_any_kind(marks):
    assert read("Which day?\n" + "\n".join(map(marks.format, "ab"))).options == ("a", "b")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begin the poll with its question"),
        (OPTIONS, "begin the poll with its question"),
        ("Which day?", "2 to 20 options"),
        ("Which day?\n- Friday", "2 to 20 options"),
        ("Which day?\n" + "\n".join(f"- {n}" for n in range(21)), "2 to 20 options"),
        ("Which day?\n- Friday\n- friday", "“friday” twice"),
        ("Which day?\n- Friday\nor Sunday", "Please correct “or Sunday”"),
        (f"Which day?\nresult: always\n{OPTIONS}", "“result: always” is no rule"),
        (f"Which day?\ntype: many\n{OPTIONS}", "“many” is no type"),
        (f"Which day?\ntype: multiple, at most 4\n{OPTIONS}", "change “at most”"),
        (f"Which day?\ntype: multiple, at most 0\n{OPTIONS}", "change “at most”"),
        (f"Which day?\ncloses: tomorrow\n{OPTIONS}", "“tomorrow” is no time"),
        (f"Which day?\ncloses: 2031-06-31\n{OPTIONS}", "is no time"),
        (f"Which day?\nresults: never\n{OPTIONS}", "after voting"),
        (f"Which day?\nresults: after closing\n{OPTIONS}", "need a time"),
        (f"Which day?\nvotes: hidden\n{OPTIONS}", "secret, public"),
        ("Which day?\n- Friday\n- " + "x" * 101, "at most 100 characters"),
        ("x" * 201 + f"\n{OPTIONS}", "at most 200 characters"),
        ("Which day?\n- Friday\n- \u200b", "visible"),
        ("Which day?\n- Friday\n- a\u202eb", "invisible character"),
        ("x" * 6000, "too long"),
    ],
)
def test_errors_say_what_to_change(text, words):
    with pytest.raises(BadPoll, match=words):
        read(text)


def test_one_is_rendered_as_text_with_everything_escaped():
    found = []
    html = markdown.render(block("Which *day*?\n- <b>Friday\n- Saturday & more"), polls=found)

    assert len(found) == 1
    assert html.startswith('<div class="poll"><p dir="auto">Which *day*?</p>')
    assert "<li>&lt;b&gt;Friday</li>" in html
    assert "Saturday &amp; more" in html


def test_it_is_code_where_there_are_no_polls_and_within_quotations_and_lists():
    text = block(f"Which day?\n{OPTIONS}")
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    listed = "- " + text.replace("\n", "\n  ")
    found = []

    assert "<pre" in markdown.render(text)
    for nested in (quoted, listed):
        assert "<pre" in markdown.render(nested, polls=found)
    assert found == []
    assert '<div class="poll">' in markdown.render(text, polls=found)


def test_a_text_has_one_poll_at_most():
    text = block(f"Which day?\n{OPTIONS}")
    with pytest.raises(BadPoll, match="one poll at most"):
        markdown.render(f"{text}\n\n{text}", polls=[])
