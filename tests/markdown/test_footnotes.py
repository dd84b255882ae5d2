import re

import pytest

from forum.markdown import mentioned, plain_text, render
from tests.markdown.allowed import elements

TEXT = "One[^1] and two[^b], and one[^1].\n\n[^1]: First\n[^b]: Second\n\n    more"


def test_notes_stand_at_the_end_in_the_order_in_which_they_are_named():
    html = render("a[^z] b[^y]\n\n[^y]: of y\n[^z]: of z\n\nThe end.")

    assert html.index("The end.") < html.index("of z") < html.index("of y")


def test_each_number_leads_to_its_note_and_back():
    links = elements(render(TEXT), "a")
    notes = [note["id"] for note in elements(render(TEXT), "li")]
    there, back = (
        [link["href"][1:] for link in links if (link.get("class") == "footnote-back") is is_back]
        for is_back in (False, True)
    )

    assert there == [notes[0], notes[1], notes[0]]
    assert sorted(back) == sorted(link["id"] for link in links if "id" in link)
    assert len(set(back)) == 3


def test_two_texts_share_no_ids():
    ids = [re.findall(r' id="([^"]+)"', render(f"{text}[^1]\n\n[^1]: x")) for text in ("a", "b")]

    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize(
    "source",
    [
        "a[^1]",
        "a[^b c]\n\n[^b c]: d",
        "a[^]\n\n[^]: d",
        "a^[b]",
        f"a[^{'b' * 41}]\n\n[^{'b' * 41}]: c",
        "`a[^1]`\n\n[^1]: b",
    ],
)
def test_anything_else_is_text(source):
    html = render(source)

    assert "footnote" not in html
    assert "^" in html


def test_a_note_that_nothing_names_is_left_out():
    assert render("a\n\n[^1]: b") == '<p dir="auto">a</p>\n'


def test_plain_text_has_the_notes_without_numbers_and_arrows():
    words = " ".join(plain_text(render(TEXT)).split())
    assert words == "One and two, and one. First Second more"


def test_a_note_mentions_like_other_text():
    def everybody(names):
        return {name: (7, name) for name in names}

    assert mentioned("a[^1]\n\n[^1]: @ada", everybody).members == {7}
