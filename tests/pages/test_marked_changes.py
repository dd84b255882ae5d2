import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from forum.pages.marked_changes import CONTEXT, excerpt, rows, sides
from forum.pages.post_history import compare


def text_of(side):
    return "".join(text for _kind, text in side)


def pairs(before, after):
    return [
        (text_of(row.before), text_of(row.after)) for row in rows(compare(before, after, seconds=1))
    ]


def test_lines_without_changes_stand_beside_each_other():
    assert pairs("One\nTwo\nThree\nFour\n", "One\nTwo\n3\nFour\n") == [
        ("One\nTwo\n", "One\nTwo\n"),
        ("Three\n", "3\n"),
        ("Four\n", "Four\n"),
    ]


def test_a_line_with_a_change_is_shown_whole():
    assert pairs("A\nthe old cat came\nB", "A\nthe new cat came\nB") == [
        ("A\n", "A\n"),
        ("the old cat came\n", "the new cat came\n"),
        ("B", "B"),
    ]


def test_a_line_that_is_new_stands_beside_nothing():
    assert pairs("A\nB", "A\nnew\nB") == [("A\n", "A\n"), ("", "new\n"), ("B", "B")]


@settings(deadline=None)
@given(before=st.text("ab \n", max_size=60), after=st.text("ab \n", max_size=60))
def test_both_texts_can_be_read_from_their_sides(before, after):
    found = pairs(before, after)

    assert "".join(left for left, _right in found) == before
    assert "".join(right for _left, right in found) == after


def test_a_text_at_the_side_is_only_text():
    shown = sides([("same", "<b>"), ("removed", "<i>"), ("added", "<u>")])

    assert set(re.findall(r"<(\w+)", shown)) == {"div", "ins", "del"}
    assert "<i>" in html.unescape(shown)


def test_an_excerpt_has_the_changes_and_a_little_around_them():
    long = "word " * 100

    shown = excerpt([("same", long), ("added", "new "), ("same", long), ("removed", "old")])

    head, _new, between = shown.partition("<ins>new </ins>")
    assert head == " … " + long[-CONTEXT:]
    assert between == long[:CONTEXT] + " … " + long[-CONTEXT:] + "<del>old</del>"


def test_an_excerpt_of_a_short_text_is_all_of_it():
    assert excerpt([("same", "a "), ("added", "b "), ("same", "c")]) == "a <ins>b </ins>c"
    assert excerpt([("same", "x" * 1000)]) == "x" * 1000
