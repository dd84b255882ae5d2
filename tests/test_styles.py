"""The stylesheets keep to what tokens.css says: one scale of spaces, one of letters, one order of
what lies above what, and few sizes at which pages change.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

FOLDER = Path(settings.BASE_DIR) / "static" / "css"
LATER = {"writing.css", "found.css"}  # loaded by scripts, in layers after all others
COMMENT = re.compile(r"/\*.*?\*/", re.S)
IMPORTING = ("site.css", "composing.css", "pages.css")
JOINED = "\n".join((FOLDER / name).read_text() for name in IMPORTING)
ALONE = {
    *IMPORTING,
    "admin.css",  # beside Django's own styles, which know none of our tokens
}
TOKENS = COMMENT.sub("", (FOLDER / "tokens.css").read_text())
STYLES = {
    path.name: COMMENT.sub("", path.read_text())
    for path in sorted(FOLDER.glob("*.css"))
    if path.name not in ALONE
}
WORDED = {  # what speaks in tokens; the others define them, or fonts
    name: css for name, css in STYLES.items() if name not in {"tokens.css", "fonts.css"}
}

DECLARATION = re.compile(r"(?<=[{;])\s*([\w-]+):\s*([^;{}]+)(?=;)")
ABSOLUTE = re.compile(r"(?<![\w.-])-?\d*\.?\d+(?:px|rem|pt|cm|mm|in)\b")
SPACING = re.compile(
    r"(scroll-)?(margin|padding)(-[\w-]+)?|(row-|column-)?gap|inset(-[\w-]+)?|top|right|bottom|left"
)
LINES = re.compile(
    r"border(-(?!radius)[\w-]+)?|outline(-[\w-]+)?|box-shadow|text-decoration-[\w-]+"
)
BREAKPOINTS = r"width (<|>=) (40|56|70)em|height (<|>=) 30em"


def declarations(css):
    """(property, value) of each declaration."""
    return [(name, " ".join(value.split())) for name, value in DECLARATION.findall(css)]


def all_declarations(*names):
    """(file, property, value) of all stylesheets, of these properties or of all."""
    return [
        (file, name, value)
        for file, css in WORDED.items()
        for name, value in declarations(css)
        if not names or name in names
    ]


def test_each_file_is_a_layer_of_its_name():
    imports = re.findall(r"^@import (.*);$", JOINED, re.M)

    assert imports == [f'"{name}.css" layer({name})' for name in layers()]
    assert {f"{name}.css" for name in layers()} == set(STYLES) - LATER
    assert {name for name, css in STYLES.items() if "@layer" in css} == LATER
    assert all(f"@layer {name.removesuffix('.css')} {{" in STYLES[name] for name in LATER)


def test_stylesheets_that_import_contain_nothing_else():
    """Browsers ignore each @import after another rule, even after an @layer between two."""
    for name in IMPORTING:
        lines = (FOLDER / name).read_text().splitlines()
        assert [line for line in lines if not line.startswith("@import ")] == []


def layers():
    return re.findall(r"layer\(([\w-]+)\)", JOINED)


def test_spaces_are_tokens():
    """In em they are part of the text that they stand in."""
    literal = [
        found for found in all_declarations() if SPACING.fullmatch(found[1]) and absolute(found[2])
    ]

    # below the line that the header ends with
    assert literal == [("live.css", "inset", "calc(100% + 1px) 0 auto")]


def absolute(value):
    return ABSOLUTE.search(value)


def test_letters_are_tokens():
    """Sizes in em belong to the text around them, an avatar's letters to its size; 0 hides them
    from eyes alone.
    """
    right = {
        "font-size": r"var\(--text-\w+\)|[\d.]+em|0|calc\(var\(--size\) \* 0\.375\)",
        "line-height": r"var\(--(leading-\w+|target)\)|1",
        "font-weight": r"var\(--weight-\w+\)",
        "font": r"(var\(--weight-\w+\) )?(var\(--text-\w+\)/var\(--leading-\w+\)|[\d.]+em) "
        r"var\(--font(-code)?\)|inherit",
    }

    wrong = [
        found for found in all_declarations(*right) if not re.fullmatch(right[found[1]], found[2])
    ]

    assert wrong == []


def test_what_lies_above_what_is_said_in_one_place():
    order = [int(level) for level in re.findall(r"--z-\w+: (-?\d+);", TOKENS)]

    assert order == sorted(set(order))
    assert [
        found
        for found in all_declarations("z-index")
        if not re.fullmatch(r"var\(--z-\w+\)", found[2])
    ] == []


def test_pixels_are_for_lines():
    """Borders, outlines, rings and what is hidden from eyes alone (1px); nothing else outside of
    tokens.css.
    """
    pixels = {
        (file, name, length)
        for file, name, value in all_declarations()
        for length in re.findall(r"-?[\d.]+px", value)
        if not (LINES.fullmatch(name) and re.fullmatch("-?[123]px", length))
    }

    assert pixels == {
        ("base.css", "width", "1px"),  # .visually-hidden
        ("base.css", "height", "1px"),
        ("composer.css", "height", "1px"),  # with the line below the tools
        ("live.css", "inset", "1px"),
        ("posts.css", "background", "1px"),  # the line between posts
    }


@pytest.mark.parametrize("file", STYLES)
def test_pages_change_at_few_sizes(file):
    """On one side of a size or on the other, never on both."""
    queries = re.findall(r"@media ([^{]+)\{", STYLES[file])
    sizes = [
        size
        for query in queries
        for size in re.findall(r"\(([^()]*(?:width|height)[^()]*)\)", query)
    ]

    assert [size for size in sizes if not re.fullmatch(BREAKPOINTS, size)] == []


def test_tokens_are_those_that_are_used():
    text = "".join(STYLES.values())
    defined = set(re.findall(r"(?<=[{;\s])(--[\w-]+):", text))
    used = set(re.findall(r"var\((--[\w-]+)", text))

    assert used - defined == set()
    assert defined - used == set()
