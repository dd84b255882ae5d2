import sys
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from forum.forms.short_text import ShortTextField
from forum.text import short_text
from forum.text.short_text import (
    MAX_CHECKED,
    cleaned,
    is_visible,
    one_line,
    validate_label,
    validate_lines,
    validate_short_text,
)

NASTY = st.text(
    st.sampled_from(
        "ab é\u0301\u0327\u200b\u200c\u200d\u200e\u202a\u202b\u202c"
        "\u202e\u2066\u2069\u2800\u3164\u00ad"
    )
    | st.sampled_from("\ufe0f❤👩💻क\u094dषم\U000e0067\U000e007f🏴\u0e01\u0e48\n葛\U000e0100")
    | st.characters(),
    max_size=30,
)
SEEN = [
    "Tea or coffee?",
    "Ada “Countess” L.",
    "نمی\u200cخواهم",  # Persian
    "ශ්\u200dරී ලංකා",  # Sinhala
    "क्\u200dष",  # Devanagari
    "ന്\u200d",  # Malayalam
    "လျှို့ဝှက်",  # Burmese, four marks on one letter
    "שָׁלוֹם",
    "Tiếng Việt",
    "\u1820\u180b",  # Mongolian
    "葛\U000e0100城",  # the form of a family's name
    "👩\u200d💻 and ❤️",
    "👨\u200d👩\u200d👧\u200d👦",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "1️⃣ first",
    "🫨 of a newer Unicode",
    "price: \u0603 12",
    "a \u2067שלום\u2069 b",
    "שלום\u200f!",
]
UNSEEN = [
    "\u200b",
    "\u3164",
    "\u2800",
    "\U0001d159",
    "\U0001d159 \U00016fe4",
    "\u00ad",
    "\u2065",
    "\u2060\ufeff",
    "\u0301\u0302",  # marks on nothing
    "\u200d",
    "\U000e0041",
    "\u115f \u1160",
    "\u3000\u00a0",
]
FAULTY = [
    "Tea\u200b",
    "T\u00adea",
    "Tea\u3164",
    "Te\u2800a",
    "Te\U0001d159a",
    "Tea\x07",
    "Te\u200da",
    "Te\u200ca",
    "😀\u200d😀",  # no emoji
    "👩\u200d",
    "Tea\ue000",
    "Tea\ufdd0",
    "Tea \u202eeeffoc",
    "Tea \u202eeeffoc\u202c",
    "\u2067Tea",
    "Tea\u2069",
    "Tea\u202a\u2069\u202c",
    "Te" + "\u0301" * 2 + "a",
    "Te\u0301\u0302\u0303\u0304\u0305a",
    "é\u0301",
    "ก\u0e48\u0e48",
    "Te\u0301\u200b\u0301a",
    "H" + "\u0300\u0301" * 48,
]


@pytest.mark.parametrize("text", SEEN)
def test_what_people_write_in_any_script_is_accepted(text):
    validate_short_text(text)
    assert cleaned(text) == text


@pytest.mark.parametrize("text", UNSEEN)
def test_what_cannot_be_seen_at_all_is_refused(text):
    with pytest.raises(ValidationError, match="None of this text is visible"):
        validate_short_text(text)
    assert cleaned(text) == ""


@pytest.mark.parametrize("text", FAULTY)
def test_what_is_hidden_in_a_text_or_overruns_others_is_refused_and_can_be_taken_out(text):
    with pytest.raises(ValidationError):
        validate_short_text(text)
    validate_short_text(cleaned(text))


def test_a_refusal_says_where_the_character_is():
    with pytest.raises(ValidationError, match="after “Tea or”"):
        validate_short_text("Tea or\u200b coffee?")
    with pytest.raises(ValidationError, match="after “Tea or”"):
        validate_short_text("Tea or \u200bcoffee?")
    with pytest.raises(ValidationError, match="begins with"):
        validate_short_text("\u200bTea")
    with pytest.raises(ValidationError, match="marks on one letter, after “To m"):
        validate_short_text("To mu" + "\u0323" * 9 + "ch")


def test_lines_are_for_texts_that_have_them():
    validate_lines("one\r\n\ttwo")
    with pytest.raises(ValidationError):
        validate_short_text("one\ntwo")


@pytest.mark.parametrize("text", ["שלום\u200f!", "a \u2067שלום\u2069 b"])
def test_a_name_inside_sentences_has_no_signs_of_direction(text):
    with pytest.raises(ValidationError):
        validate_label(text)


def test_a_line_is_kept_composed_and_with_single_blanks():
    assert one_line(" Cafe\u0301\u00a0\n au\u3000lait ") == "Café au lait"


def test_selectors_that_phones_add_go_unless_they_belong_to_an_emoji():
    assert one_line("Tea\ufe0f ❤\ufe0f") == "Tea ❤\ufe0f"


@given(NASTY)
@example("e\u0301\u200b\u0301")
@example("a\u202a\u2069\u202c")
def test_what_is_cleaned_is_clean(text):
    for rules, validate in (
        ({}, validate_short_text),
        ({"lines": True}, validate_lines),
        ({"bidi": False}, validate_label),
    ):
        once = cleaned(text, **rules)
        validate(once)
        assert cleaned(once, **rules) == once
        assert is_visible(once) or once == ""


@given(NASTY)
def test_a_line_that_is_kept_stays_the_same_when_it_is_sent_again(text):
    assert one_line(one_line(text)) == one_line(text)


def test_a_text_of_any_length_is_not_looked_at_before_its_field_refuses_it(monkeypatch):
    def forbidden(*args):
        raise AssertionError("the text was read")

    for name in ("normalize", "category"):
        monkeypatch.setattr(short_text, name, forbidden)

    with pytest.raises(ValidationError, match="at most 200"):
        ShortTextField(max_length=200).clean("a" + "\u0301\u0316" * 400_000)


@pytest.mark.parametrize(
    "part",
    ["\u0301", "😀\u200d", "م\u200c", "\u202a", "\u094d\u200d", "\u1820\u180b", "葛\U000e0100"],
)
def test_the_longest_text_takes_a_bounded_number_of_steps(part):
    cleaned(part)  # tables are loaded

    assert calls(lambda: cleaned(part * MAX_CHECKED)) <= 60 * MAX_CHECKED


def calls(act):
    """How many functions are called: like time, but the same on every machine."""
    count = 0

    def add(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(add)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_every_letter_and_symbol_of_unicode_may_stand_alone_but_for_those_that_show_nothing():
    refused = []
    for code in range(0x20, 0x20000):
        letter = chr(code)
        if unicodedata.category(letter)[0] in "LNPS" and not is_visible(letter):
            refused.append(hex(code))

    assert refused == ["0x115f", "0x1160", "0x2800", "0x3164", "0xffa0", "0x1d159"]
