import re
from html import unescape
from pathlib import Path

import pytest

from forum.markdown import render
from forum.markdown.code import ALIASES, CLASSES, LANGUAGES
from tests.markdown.allowed import elements

CSS = Path(__file__).parents[2] / "static/css/code.css"
BACKGROUNDS = {"light": "#f1f0eb", "dark": "#1f1f1c"}


def fenced(language, code):
    return render(f"```{language}\n{code}\n```")


def test_code_in_a_named_language_is_coloured():
    assert '<span class="k">def</span> <span class="nf">f</span>' in fenced(
        "python", "def f(): pass"
    )


@pytest.mark.parametrize("language", ["", "brainfuck", "text", "../../etc", '"><script>'])
def test_other_code_is_plain(language):
    html = fenced(language, "def f(): <b>pass</b>")

    assert not elements(html, "span")
    assert elements(html, "code") == [{}]
    assert "&lt;b&gt;" in html


@pytest.mark.parametrize("language", sorted(ALIASES))
def test_each_language_shows_its_code_unchanged(language):
    code = "\n  # <b>&amp; 'x' = \"y\"</b>\t/* é */\n\n\n$a->b[1]; --\n"

    html = fenced(language, code)

    assert elements(html, "code") == [{"class": f"language-{ALIASES[language]}"}]
    assert shown(html) == code + "\n"


def shown(html):
    return unescape(re.sub("<[^>]*>", "", html.removesuffix("</pre>\n")))


def test_code_can_be_scrolled_by_keyboard_and_runs_left_to_right():
    assert elements(fenced("python", "x"), "pre") == [{"tabindex": "0", "dir": "ltr"}]
    assert elements(render("    x"), "pre") == [{"tabindex": "0", "dir": "ltr"}]


def test_very_long_code_is_plain_but_whole():
    html = fenced("python", "# a comment that is long\n" * 850)

    assert not elements(html, "span")
    assert html.count("# a comment") == 850


def test_code_of_too_many_colours_is_plain_but_whole():
    html = fenced("json", "[" + "1,true," * 2_700 + "1]")

    assert not elements(html, "span")
    assert html.count("true") == 2_700


def test_code_that_is_slow_to_colour_is_plain_but_whole():
    html = fenced("java", "int x = 1;\n" + "a b " * 4_900)

    assert not elements(html, "span")
    assert html.count("a b ") == 4_900


def palettes():
    """The colours of code by theme: {"light": {"--code-keyword": "#7a2f9a", …}, "dark": …}."""
    pairs = re.findall(r"(--code-[a-z]+): light-dark\((#\w{6}), (#\w{6})\);", CSS.read_text())
    return {
        "light": {name: light for name, light, _dark in pairs},
        "dark": {name: dark for name, _light, dark in pairs},
    }


def luminance(colour):
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", BACKGROUNDS)
def test_every_colour_of_code_can_be_read(theme):
    ratios = {
        name: contrast(colour, BACKGROUNDS[theme]) for name, colour in palettes()[theme].items()
    }

    assert len(ratios) == 9
    assert min(ratios.values()) >= 4.5, ratios


def test_every_class_of_code_has_a_colour():
    assert set(re.findall(r"pre \.([a-z]+)", CSS.read_text())) == CLASSES
    assert set(ALIASES.values()) == LANGUAGES
