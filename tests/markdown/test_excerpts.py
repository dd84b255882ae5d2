import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.markdown import excerpt, render


def test_an_excerpt_is_plain_text():
    assert (
        excerpt(render("# Hi\n\n*a* <b> & [c](/d)\n\n- e\n- f\n\n| g |\n|-|\n| h |"))
        == "Hi a <b> & c e f g h"
    )


def test_short_texts_are_kept_whole():
    assert excerpt("<p>a b</p>", 3) == "a b"


def test_long_texts_are_cut_between_words():
    assert excerpt("<p>one two three</p>", 10) == "one two…"


def test_one_long_word_is_cut_inside():
    assert excerpt("<p>abcdefgh</p>", 5) == "abcd…"


def test_nothing_gives_nothing():
    assert excerpt("") == ""


def test_only_the_beginning_is_read_and_no_piece_of_markup_is_left():
    html = '<p><a href="https://example.org/?a=b&amp;c=d">link</a> </p>' * 10_000

    assert set(excerpt(html, 50).rstrip("…").split()) == {"link"}


def test_half_an_entity_is_not_shown():
    html = "x " + "<i></i>" * 55 + "&amp;" * 20

    assert html[:400].endswith("&am")
    assert excerpt(html, 10) == "x &&…"


def test_the_beginning_of_a_very_long_paragraph_is_shown():
    assert excerpt(f"<p>{'word ' * 5_000}</p>", 20) == "word word word word…"


@given(st.text(max_size=500), st.integers(2, 100))
def test_an_excerpt_is_never_longer_than_asked(text, length):
    assert len(excerpt(render(text), length)) <= length


def test_a_letter_is_not_parted_from_its_marks():
    assert excerpt(f"<p>{'ก่' * 30}</p>", 10) == "ก่" * 4 + "…"


LONG = "今天天气很好我们去公园散步然后回家吃饭" * 20


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"早上好 {LONG}", f"早上好 {LONG}"[:49] + "…"),
        (f"はい {'これは長い文章です' * 20}", f"はい {'これは長い文章です' * 20}"[:49] + "…"),
        (f"สวัสดี {'กำ' * 60}", f"สวัสดี {'กำ' * 21}…"),
        (f"{LONG[:43]} and more words", f"{LONG[:43]} and…"),
        (f"{LONG[:46]}iPhone", f"{LONG[:46]}…"),
        ("오늘은 " + "날씨가좋습니다 " * 20, "오늘은 " + "날씨가좋습니다 " * 4 + "날씨가좋습니다…"),
        (f"a {'b' * 100}", f"a {'b' * 47}…"),
    ],
    ids=[
        "Chinese",
        "Japanese",
        "Thai",
        "a blank near the end",
        "a Latin word at the end",
        "Korean",
        "one long word",
    ],
)
def test_a_text_is_cut_where_its_script_parts_words(text, shown):
    assert excerpt(f"<p>{text}</p>", 50) == shown
