import pytest

from forum.markdown import excerpt, plain_text, render
from tests.markdown.allowed import elements


def spoilers(source):
    return [box["class"] for box in elements(render(source), "label")]


def test_words_between_two_bars_each_stand_behind_a_checkbox():
    assert render("He is ||his *father*||.") == (
        '<p dir="auto">He is <label class="spoiler"><input type="checkbox" class="spoiler__switch"'
        ' aria-label="Show the spoiler" autocomplete="off"><span class="spoiler__words">his'
        " <em>father</em></span></label>.</p>\n"
    )


@pytest.mark.parametrize(
    "source",
    ["a || b || c", "|| a ||", "||", "||||", "|||a|||", "||a", "a||", r"\||a||", "`||a||`"],
)
def test_other_bars_are_text(source):
    assert spoilers(source) == []
    assert "|" in plain_text(render(source))


def test_a_table_keeps_its_cells():
    assert "<td" in render("| a | b |\n|---|---|\n| 1 || 2 |")
    assert spoilers("| a | b |\n|---|---|\n| 1 || 2 |") == []


@pytest.mark.parametrize("source", ["||a ||b|| c||", "||a [b ||c|| d](/e) f||", "||a||||b||"])
def test_no_spoiler_is_in_another(source):
    html = render(source)

    assert html.count("<label") == html.count("</label>") <= 2
    assert "<label" not in html.split("<label", 1)[1].split("</label>")[0]


@pytest.mark.parametrize("source", ["Who? ||Darth||", "Who? ||[Darth](/a)||", "Who? ||Darth\nB||"])
def test_plain_text_keeps_the_secret(source):
    assert plain_text(render(source)).strip() == "Who? ▒▒▒"
    assert excerpt(render(source)) == "Who? ▒▒▒"


def test_an_excerpt_that_ends_within_a_spoiler_keeps_it():
    html = render("Who? ||" + "Darth " * 900 + "x||")

    assert "Darth" not in excerpt(html, 10)
