import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.pages.post_history import MAX_PIECES, compare


def test_a_comparison_goes_word_by_word():
    assert compare("The cat came home.", "The old cat went home!", 1) == [
        ("same", "The "),
        ("added", "old "),
        ("same", "cat "),
        ("removed", "came "),
        ("added", "went "),
        ("same", "home"),
        ("removed", "."),
        ("added", "!"),
    ]


@settings(deadline=None)
@given(before=st.text(max_size=200), after=st.text(max_size=200))
def test_both_texts_can_be_read_from_their_comparison(before, after):
    pieces = compare(before, after, 1)

    assert "".join(text for kind, text in pieces if kind != "added") == before
    assert "".join(text for kind, text in pieces if kind != "removed") == after


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ab" * 16_000, "ba" * 16_000),
        ("a\n" * 16_000, "b\n" * 16_000),
        ("a b " * 8_000, "b a " * 8_000),
        (
            " ".join(str(n % 97) for n in range(9_000)),
            " ".join(str(n * n % 89) for n in range(9_000)),
        ),
        (
            "".join(map(chr, range(0x4E00, 0x4E00 + 20_000))),
            "。".join(map(chr, range(0x4E00, 0x4E00 + 15_000))),
        ),
    ],
)
def test_hostile_texts_are_compared_with_little_work(before, after):
    started = time.process_time()
    pieces = compare(before, after, 0.2)

    # the library alone takes longer for the first than anybody waits
    assert time.process_time() - started < 5
    assert len(pieces) <= MAX_PIECES


def test_without_time_left_a_text_shows_as_replaced():
    before, after = "x " * 5_000, "y " * 5_000

    assert {kind for kind, _ in compare(before, after, -1)} <= {"removed", "added", "same"}


def test_in_scripts_without_blanks_single_letters_are_compared():
    assert compare("今天天气很好", "今天天气不好", 1) == [
        ("same", "今天天气"),
        ("removed", "很"),
        ("added", "不"),
        ("same", "好"),
    ]


def test_letters_are_compared_with_their_marks():
    assert compare("สวัสดี नमस्ते", "สวัสดิ์ नमस्ते", 1) == [
        ("same", "สวัส"),
        ("removed", "ดี "),
        ("added", "ดิ์ "),
        ("same", "नमस्ते"),
    ]
