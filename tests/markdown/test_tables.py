import pytest

from forum.markdown import TooComplex, render
from tests.markdown.allowed import elements

TABLE = "| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |\n"


def test_columns_are_aligned_by_classes():
    cells = elements(render(TABLE), "td")

    assert [cell.get("class") for cell in cells] == [
        "align-left",
        "align-center",
        "align-right",
        None,
    ]


def test_a_table_can_be_scrolled_by_keyboard_and_has_a_name():
    (box,) = elements(render(TABLE), "div")

    assert box == {
        "class": "table-scroll",
        "tabindex": "0",
        "role": "region",
        "aria-label": "Table",
    }


def test_a_table_needs_a_line_of_dashes():
    assert not elements(render("| a | b |\n| 1 | 2 |"), "table")


def test_a_bar_can_be_escaped_inside_a_cell():
    assert ">a|b</td>" in render("|x|\n|-|\n|a\\|b|")


def test_text_before_and_after_a_table_stays():
    html = render(f"before\n\n{TABLE}\nafter")

    assert "before" in html
    assert "after" in html
    assert len(elements(html, "table")) == 1


def wide(columns):
    return "|a" * columns + "|\n" + "|-" * columns + "|\n"


def test_forty_columns_are_the_most():
    assert len(elements(render(wide(40)), "th")) == 40
    with pytest.raises(TooComplex):
        render(wide(41))


def test_short_rows_do_not_grow_into_a_huge_table():
    assert render(wide(20) + "|\n" * 49)
    with pytest.raises(TooComplex):
        render(wide(20) + "|\n" * 50)


def test_a_table_inside_a_quote_is_counted_too():
    with pytest.raises(TooComplex):
        render("".join(f"> {line}\n" for line in wide(41).splitlines()))
