import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.markdown import quote, render
from tests.markdown.allowed import elements, forbidden

CASES = json.loads((Path(__file__).parents[1] / "cases/quoted_markdown.json").read_text())


def test_a_quote_names_its_author_and_leads_to_the_post():
    assert quote("one\n\ntwo", "ines", "/p/17/") == "> [@ines](/p/17/):\n>\n> one\n>\n> two\n\n"


def test_what_is_typed_below_is_not_part_of_the_quote():
    html = render(quote("- one", "ines", "/p/17/") + "answer")

    assert html.endswith('</blockquote>\n<p dir="auto">answer</p>\n')


def test_quotes_inside_stay_one_level_deep():
    body = "> one\n> > two\n>> three\n>\n> > > four\n\nfive"

    assert quote(body, "ines", "/p/17/").splitlines()[2:] == ["> > one", "> >", ">", "> five", ""]


def test_a_sign_in_code_is_not_taken_for_a_quote():
    assert "> >> print" in quote("```\n>> print\n```", "ines", "/p/17/")


def test_a_rule_at_the_start_does_not_make_a_heading_of_the_name():
    assert not elements(render(quote("---\nx", "ines", "/p/17/")), "h3")


def test_long_bodies_are_cut():
    result = quote("word " * 2_000, "ines", "/p/17/")

    assert len(result) <= 2_000
    assert result.endswith(" …\n\n")
    assert len(result) > 1_900


def test_long_bodies_of_many_lines_are_cut():
    result = quote("line\n" * 2_000, "ines", "/p/17/")

    assert len(result) <= 2_000
    assert result.endswith("…\n\n")


def test_code_that_was_cut_does_not_swallow_the_answer():
    html = render(quote("```\n" + "x = 1\n" * 1_000 + "```", "ines", "/p/17/") + "answer")

    assert html.endswith('<p dir="auto">answer</p>\n')


def test_a_long_quote_is_folded():
    lines = [f"line {n}" for n in range(13)]

    assert quote("\n".join(lines[:12]), "ines", "/p/17/").startswith(
        "> [@ines](/p/17/):\n>\n> line"
    )
    assert quote("\n".join(lines), "ines", "/p/17/").startswith("> [!quote]- [@ines](/p/17/):\n")
    html = render(quote("word " * 200, "ines", "/p/17/") + "answer")
    assert html.index(">@ines</a>") < html.index("<details>") < html.index("word")
    assert html.endswith('</blockquote>\n<p dir="auto">answer</p>\n')


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_scripts_make_of_a_chosen_part_renders_like_the_post(case):
    def known(names):
        return {name: (3, name) for name in names if name == "ada"}

    if not case.get("part"):  # a whole post, or several blocks of one
        assert render(case["markdown"], find=known) == case["html"]


def test_names_are_not_markdown():
    assert ">@a_b_c_</a>" in render(quote("x", "a_b_c_", "/p/17/"))
    assert forbidden(render(quote("x", "](javascript:x)[", "/p/1/"))) == []


@given(st.text(max_size=5_000), st.text(max_size=30))
def test_any_quote_is_short_and_ends_ready_to_type(body, name):
    result = quote(body, name.replace("\n", " "), "/p/17/")

    assert len(result) <= 2_000
    assert result.endswith("\n\n")
