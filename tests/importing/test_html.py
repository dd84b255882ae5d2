import pytest

from forum.importing.html import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<html><head><title>x</title><body><p>Hello", "Hello"),
        ("<head><style>p {}</style><p>Hello</p>", "Hello"),
        ("<p>One<p>Two", "One\n\nTwo"),
        ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a  b\nc"),
        ("<div><blockquote>Old</div>New", "> Old\n\nNew"),
        ("Hi<blockquote>Old<p>New", "Hi\n\n> Old\n\nNew"),
        ("<blockquote><p>Old</p><p>New</p>", ">\n> Old\n>\n\nNew"),
        ("<blockquote>Old<br><br>New", "> Old\n\nNew"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "> a\n>\n>> b\n>\n> c\n\nd"),
    ],
)
def test_end_tags_may_be_left_out(html, text):
    assert to_text(html).replace("\n\n\n", "\n\n") == text


@pytest.mark.parametrize(
    "html",
    [
        "<title>Kites<body><p>Hello",
        "<style>p {} <p>Hello",
        "<!-- a <p>Hello",
        "<script><p>Hello",
        "<noscript>a<p>Hello",
        "<template><p>Hello</p>",
    ],
)
def test_what_never_ends_does_not_swallow_the_text(html):
    assert "Hello" in to_text(html)


@pytest.mark.parametrize(
    "html", ["<script>x()</script>", "<style>p {}</style>", "<!-- x -->", "<title>x</title>"]
)
def test_what_nobody_sees_is_no_text(html):
    assert to_text(f"{html}<p>Hello") == "Hello"


def test_only_links_to_the_web_are_shown():
    assert (
        to_text("<a href='javascript:x()'>a</a> <a href='http://a.example/?x=1&amp;y'>b</a>")
        == "a b <http://a.example/?x=1&y>"
    )


def test_signs_are_shown_as_they_are():
    assert to_text("5 &lt; 6 &amp; 7 > 3 &eacute;") == "5 < 6 & 7 > 3 é"
    assert to_text("5 < 6") == "5 < 6"


def test_a_quote_whose_end_was_cut_off_stays_one():
    assert all(
        line.startswith(">") for line in to_text("<blockquote><p>a<p>b", is_cut=True).split("\n")
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Ask Ines <ines@kites.example> soon.", "Ask Ines <ines@kites.example> soon."),
        ("See <http://kites.example/> first.", "See <http://kites.example/> first."),
        (
            'The <a href="ftp://kites.example/plan">plan</a>.',
            "The plan <ftp://kites.example/plan>.",
        ),
        ("<center>Kites</center>on Sunday", "Kites\non Sunday"),
        ("<details><summary>Where?</summary>Here.</details>", "Where?\nHere."),
    ],
)
def test_addresses_and_lines_are_kept(html, text):
    assert to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<svg><title>Winds</title><text>North</text><text>So<tspan>uth</tspan></text></svg>",
            "Winds North So uth",
        ),
        (
            "Up <math><mi>x</mi><mo>=</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math> times",
            "Up x = 1 2 times",
        ),
        ("<svg><foreignObject><p>Hello</p></foreignObject></svg>", "Hello"),
        ("<svg><style>x {}</style><![CDATA[Hello]]></svg>", "Hello"),
        ("<svg/>Hello <svg><title>there", "Hello there"),
        ("<noscript><p>Hello</p></noscript>", "Hello"),
    ],
)
def test_words_in_drawings_and_formulas_are_text(html, text):
    assert to_text(f"<p>{html}</p><p>End").split() == [*text.split(), "End"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<img src=x alt='A red  kite'> flies", "[A red kite] flies"),
        (
            "<a href='http://a.example/'><img alt='Kites &amp; more'></a>",
            "Kites & more <http://a.example/>",
        ),
        ("Up <img alt='🪁' src=x>!", "Up 🪁!"),
        ("<area href='http://a.example/' alt='The hill'>", "The hill <http://a.example/>"),
        ("<img alt=''>x<img>y<img alt='image001.png'>z<img alt='cid:image001.png@01D6.1'>", "xyz"),
    ],
)
def test_what_stands_for_a_picture_is_text(html, text):
    assert to_text(html) == text
