"""What is too long or too heavy is refused before it costs much. bench/markdown.py measures the
time.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import translation

from forum.markdown import MAX_LENGTH, MarkdownError, TooComplex, TooLong, mentioned, render
from tests.markdown.allowed import forbidden, read
from tests.markdown.patterns import all_patterns, repeated

PATTERNS = dict(all_patterns())
MOST_ELEMENTS = 5_000
MOST_CALLS = 900_000


def everybody(names):
    return {name: (1, name) for name in names}


def test_the_longest_text_is_accepted_and_one_more_character_is_not():
    assert render("a" * MAX_LENGTH)
    with pytest.raises(TooLong):
        render("a" * (MAX_LENGTH + 1))


def test_length_is_looked_at_before_anything_else():
    class Huge(str):
        __slots__ = ()

        def __len__(self):
            return MAX_LENGTH + 1

        def _forbidden(self, *args):
            raise AssertionError("the text was read")

        __iter__ = __getitem__ = replace = split = _forbidden

    with pytest.raises(TooLong):
        render(Huge("a"))


def test_mentions_of_a_text_that_is_too_long_are_not_looked_for():
    with pytest.raises(TooLong):
        mentioned("@ines " * MAX_LENGTH, everybody)


@pytest.mark.parametrize(
    ("error", "words"), [(TooLong, "32,000 characters"), (TooComplex, "split it")]
)
def test_a_refusal_says_what_to_do_next(error, words):
    assert issubclass(error, MarkdownError)
    assert issubclass(error, ValueError)
    with translation.override("en"):
        assert words in str(error())
        assert str(error()).endswith(".")


@pytest.mark.thorough
@pytest.mark.parametrize("name", PATTERNS)
def test_a_hostile_text_is_refused_or_fits_into_a_page(name):
    try:
        html = render(PATTERNS[name](MAX_LENGTH), everybody)
    except TooComplex:
        return
    assert forbidden(html) == []
    assert len(read(html).elements) <= MOST_ELEMENTS


@pytest.mark.thorough
@pytest.mark.parametrize(
    "fragment",
    [
        "[",
        "![",
        "[a",
        "**a ",
        "http://a",
        "xn--a.",
        "http://é.é/ ",
        "<http://é.é>",
        "[a](http://1.1.1/) ",
        "@李小龙",
        "看@a看",
        "http://a/）",
        "http://a/&a;",
        "~~~a",
        "- \n",
        "a\n\n",
        "@a",
        "<!--",
        "[a](<b",
        "&",
        "||a ",
        "||a||",
        "<details>\n",
        "<details>\n</details>\n",
        "[^a",
        "[^a]: [^a]\n",
        "[^a]\n\n[^a]: b\n\n",
    ],
)
def test_a_hostile_text_makes_the_parser_take_a_bounded_number_of_steps(fragment):
    text = repeated(fragment, MAX_LENGTH)

    assert calls_while_rendering(text) <= MOST_CALLS


def calls_while_rendering(text):
    """How many functions are called: like time, but the same on every machine."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        render(text, everybody)
    except TooComplex:
        pass
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "text",
    [">" * 41 + " a", "- " * 25 + "a", "> - " * 15 + "a", "*a **a " * 15 + "b" + " a** a*" * 15],
)
def test_what_is_nested_too_deeply_is_refused_rather_than_lost(text):
    with pytest.raises(TooComplex):
        render(text)


@pytest.mark.parametrize("text", [">" * 30 + " a", "- " * 15 + "a", "> - " * 8 + "a"])
def test_what_people_nest_is_shown(text):
    assert ">a<" in render(text)


PROSE = (
    "Two *words* of [prose](/t/1/) with a `name`, and a sentence that goes on, as sentences do.\n\n"
)


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "- an item of a rather long list\n",
        "> a line that somebody quotes\n",
        "x = f(a, b);  // why not\n",
    ],
)
def test_a_long_but_ordinary_text_is_accepted(text):
    assert render(repeated(text, MAX_LENGTH))


def test_a_long_log_in_a_fence_is_accepted_whole():
    log = "[2026-01-01 12:00:00] *** WARN <a@b.c> __init__: [x](y) `z` | 1 | 2 |\n"

    assert render("```\n" + repeated(log, MAX_LENGTH - 8) + "\n```").count(
        "WARN"
    ) == MAX_LENGTH // len(log)


def test_threads_share_the_parser():
    texts = [
        f"# {n}\n\n- *{n}* @name{n}\n\n```python\nx = {n}\n```\n\n[a]: /{n}\n\n[a]"
        for n in range(50)
    ] * 4
    alone = [render(text, everybody) for text in texts]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: render(text, everybody), texts))

    assert together == alone


@pytest.mark.parametrize("run", ["看www.a.b", "あWWW.é.ü", "说www.a-b.c.d"])
def test_addresses_that_run_into_each_other_cost_as_much_as_is_read_for_each(run):
    assert render(run * 20)
    with pytest.raises(TooComplex):
        render(repeated(run, MAX_LENGTH))
