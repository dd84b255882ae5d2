"""Nothing that somebody writes may run, load or break out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.markdown import MarkdownError, render, sanitiser
from tests.markdown.allowed import forbidden, read
from tests.markdown.patterns import FRAGMENTS
from tests.markdown.payloads import PAYLOADS

pieces = st.lists(st.sampled_from(FRAGMENTS + PAYLOADS) | st.text(max_size=20), max_size=12)
texts = pieces.map("".join) | st.text(max_size=300)


def everybody(names):
    return {name: (1, name) for name in names}


@pytest.mark.parametrize(
    "around",
    ["{}", "> {}", "- {}", "**{}**", "a {} b", "| {} |\n|-|", "# {}", "~~~\n{}\n~~~", "[{}](/x)"],
)
def test_payloads_are_text(around):
    texts = [around.format(payload) for payload in PAYLOADS]

    assert [text for text in texts if forbidden(render(text, everybody))] == []


def test_the_second_wall_holds_alone():
    assert [payload for payload in PAYLOADS if forbidden(sanitiser.clean(payload))] == []


@pytest.mark.parametrize(
    "attribute",
    [
        "onclick=x",
        "style=x",
        "id=x",
        "name=x",
        "class=admin",
        "target=x",
        "srcset=x",
        "dir=rtl",
        "tabindex=5",
        "role=alert",
        "contenteditable",
        "hx-get=/x",
        "data-x=y",
    ],
)
@pytest.mark.parametrize("element", ["a", "p", "div", "span", "li", "pre", "td", "input", "code"])
def test_the_second_wall_lets_only_our_own_attributes_through(element, attribute):
    (found,) = read(sanitiser.clean(f"<table><td><{element} {attribute}></table>")).elements[-1:]

    assert set(found[1]) <= {"class", "id"}
    assert not found[1].get("class")
    assert found[1].get("id", "fnx") == "fnx"  # it can't be that of something else on the page


@given(texts)
def test_any_text_renders_to_what_is_allowed(text):
    try:
        html = render(text, everybody)
    except MarkdownError:
        return
    assert forbidden(html) == []


@given(texts)
def test_cleaning_again_changes_nothing(text):
    try:
        html = render(text, everybody)
    except MarkdownError:
        return
    assert sanitiser.clean(html) == html


@given(texts)
def test_a_text_renders_to_the_same_html_every_time(text):
    def outcome():
        try:
            return render(text, everybody)
        except MarkdownError as error:
            return str(error)

    assert outcome() == outcome()


@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]),
        min_size=1,
        max_size=50,
    )
)
def test_words_without_markup_are_all_there(word):
    from html import unescape

    html = render("    x" + word)  # indented, so that nothing in it is markup

    assert unescape(html.split("<code>")[1].split("</code>")[0]).rstrip("\n") == "x" + word
