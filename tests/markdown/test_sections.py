import pytest

from forum.markdown import excerpt, plain_text, render


def section(summary, content):
    return f'<details class="section">\n<summary>{summary}</summary>\n{content}</details>\n'


@pytest.mark.parametrize(
    "source",
    [
        "<details>\n<summary>The *log*</summary>\n\nHello\n\n</details>",
        "<details>\n<summary>The *log*</summary>\nHello\n</details>",
        "<details><summary>The *log*</summary>\nHello\n</details>",
        "<DETAILS>\n  <Summary> The *log* </Summary>  \nHello\n</Details>",
    ],
)
def test_a_section_has_a_title_and_opens_on_a_click(source):
    assert render(source) == section("The <em>log</em>", '<p dir="auto">Hello</p>\n')


def test_without_a_title_it_says_details():
    assert render("<details>\nHello\n</details>") == section("Details", '<p dir="auto">Hello</p>\n')


def test_it_holds_any_markdown_and_other_sections():
    html = render(
        "<details>\n- one\n\n```\ncode\n```\n<details>\nTwo\n</details>\n</details>\n\nThree"
    )

    assert html.count("<details") == html.count("</details>") == 2
    assert html.index("<li>one") < html.index("code") < html.index("Two") < html.index("Three")
    assert html.endswith('</details>\n<p dir="auto">Three</p>\n')


def test_it_may_stand_in_a_list_or_a_quote():
    assert '<li>a\n<details class="section">' in render("- a\n  <details>\n  b\n  </details>\n- c")
    assert "</details>\n</blockquote>" in render("> <details>\n> b\n> </details>\n\nc")


@pytest.mark.parametrize(
    "source",
    [
        "<details>\nnever closed",
        "</details>",
        "a <details>\nb\n</details>",
        "<details open onclick=x>\nb\n</details>",
        "    <details>\n    b\n    </details>",
        "```\n<details>\n</details>\n```",
        "- <details>\n  b\n\n</details>",
    ],
)
def test_anything_else_is_text(source):
    assert "<details" not in render(source)


def test_search_and_excerpts_find_what_a_section_holds_but_not_folded_quotes():
    html = render("<details>\nmine\n\n> [!quote]- Ada:\n> hers\n\nmine, too\n</details>\n\nend")

    assert excerpt(html) == "Details mine Ada: mine, too end"
    assert "hers" not in plain_text(html)
