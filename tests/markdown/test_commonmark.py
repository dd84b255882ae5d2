import re

import pytest

from forum.markdown import render
from tests.markdown.allowed import elements


def para(text):
    return f'<p dir="auto">{text}</p>\n'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "*a* _b_ **c** __d__",
            para("<em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong>"),
        ),
        ("***a***", para("<em><strong>a</strong></em>")),
        ("snake_case_name", para("snake_case_name")),
        ("2*3*4", para("2<em>3</em>4")),
        (r"\*a\*", para("*a*")),
        ("`a *b* <i>`", para("<code>a *b* &lt;i&gt;</code>")),
        ("`` a`b ``", para("<code>a`b</code>")),
        ("&amp; &copy; &#35;", para("&amp; © #")),
        ("~~gone~~", para("<s>gone</s>")),
        ("a\n\nb", para("a") + para("b")),
        ("***", "<hr>\n"),
        ("[a](/b)", para('<a href="/b">a</a>')),
        ('[a](/b "c")', para('<a href="/b" title="c">a</a>')),
        ("[a][1]\n\n[1]: /b", para('<a href="/b">a</a>')),
        ("[a](</b c>)", para('<a href="/b%20c">a</a>')),
        ("> a", '<blockquote>\n<p dir="auto">a</p>\n</blockquote>\n'),
        ("- a\n- b", '<ul dir="auto">\n<li>a</li>\n<li>b</li>\n</ul>\n'),
        ("3. a", '<ol start="3" dir="auto">\n<li>a</li>\n</ol>\n'),
        ("    a", '<pre dir="ltr" tabindex="0"><code>a\n</code></pre>\n'),
        ("~~~\n<a>\n~~~", '<pre dir="ltr" tabindex="0"><code>&lt;a&gt;\n</code></pre>\n'),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_commonmark_looks_as_people_know_it(source, html):
    assert render(source) == html


def test_a_single_new_line_breaks_the_line():
    assert render("a\nb") == para("a<br>\nb")


def test_windows_line_ends_are_line_ends():
    assert render("a\r\nb\r\n\r\nc") == render("a\nb\n\nc")


def test_a_null_character_is_replaced():
    assert render("a\0b") == para("a\ufffdb")


@pytest.mark.parametrize("source", ["# a", "## a", "### a", "###### a", "a\n===", "a\n---"])
def test_the_first_heading_stands_right_below_those_of_the_page(source):
    assert render(source) == '<h3 dir="auto">a</h3>\n'


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ((1, 2, 3), "345"),
        ((1, 3, 3), "344"),
        ((3, 3, 1, 2), "3334"),
        ((1, 2, 3, 4, 5, 6), "345666"),
        ((2, 4, 3), "344"),
    ],
)
def test_headings_follow_each_other_without_leaving_out_a_level(levels, shown):
    html = render("\n\n".join("#" * level + " a" for level in levels))

    assert "".join(re.findall(r"<h(\d)", html)) == shown


def test_html_is_shown_as_text():
    assert render("<b>a</b>") == para("&lt;b&gt;a&lt;/b&gt;")
    assert render("<div>\na\n</div>") == para("&lt;div&gt;<br>\na<br>\n&lt;/div&gt;")


def test_a_right_to_left_list_takes_one_direction_as_a_whole():
    html = render("- שלום\n\n- a\n  - b")

    assert elements(html, "ul") == [{"dir": "auto"}, {}]
    assert elements(html, "p") == [{}, {}]


def test_a_quote_leaves_each_of_its_paragraphs_its_own_direction():
    assert elements(render("> @ines:\n>\n> שלום"), "p") == [{"dir": "auto"}] * 2
