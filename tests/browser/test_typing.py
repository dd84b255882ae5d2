"""Typing Markdown: the tools by mouse and keyboard, what Enter, Tab and pasting do, and undoing."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.once

PASTE = """([type, content]) => {
  const data = new DataTransfer();
  for (const [kind, text] of Object.entries(content)) data.setData(kind, text);
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  return document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""
TOOLS = {  # name: what it makes of "tea"
    "Bold": "**tea**",
    "Italic": "_tea_",
    "Strikethrough": "~~tea~~",
    "Heading": "## tea",
    "Quote": "> tea",
    "Code": "`tea`",
    "Link": "[tea](url)",
    "List": "- tea",
    "Numbered list": "1. tea",
    "Tasks": "- [ ] tea",
    "Table": "tea\n\n| Heading | Heading |\n| --- | --- |\n|  |  |\n",
    "Mention a member": "@tea",
}
SHORTCUTS = {
    "Control+b": "**tea**",
    "Control+i": "_tea_",
    "Control+Shift+X": "~~tea~~",
    "Control+Shift+Digit9": "> tea",
    "Control+e": "`tea`",
    "Control+k": "[tea](url)",
    "Control+Shift+Digit8": "- tea",
    "Control+Shift+Digit7": "1. tea",
}


@pytest.fixture
def page(visit, ada, topic):
    """Ada's page of the topic, with the reply form in focus and its tools loaded."""
    page = visit(ada).opens_live(topic)
    page.locator("md-bold").wait_for()
    with page.expect_request("**/paste-markdown.*") as asked:
        field(page).focus()
    page.evaluate("async (script) => void (await import(script))", asked.value.url)
    page.locator("md-bold:defined").wait_for()
    return page


def field(page):
    return page.locator("textarea[data-composer]")


def types(page, text):
    field(page).press_sequentially(text)


def selects_all(page):
    field(page).evaluate("area => area.select()")


def pastes(page, **content):
    kinds = {"plain": "text/plain", "html": "text/html"}
    return page.evaluate(PASTE, ["paste", {kinds[kind]: text for kind, text in content.items()}])


def test_each_tool_marks_what_is_chosen_and_can_be_undone(page):
    for name, marked in TOOLS.items():
        field(page).fill("")
        types(page, "tea")
        selects_all(page)

        page.get_by_role("button", name=name, exact=True).click()
        assert field(page).input_value() == marked, name

        page.keyboard.press("Control+z")
        assert field(page).input_value() == "tea", name


def test_each_shortcut_does_what_its_tool_does(page):
    for keys, marked in SHORTCUTS.items():
        field(page).fill("tea")
        selects_all(page)

        page.keyboard.press(keys)

        assert field(page).input_value() == marked, keys


def test_a_tool_shows_its_shortcut(page):
    expect(page.locator("md-bold")).to_have_attribute("title", "Bold (Ctrl+B)")
    expect(page.locator("md-ordered-list")).to_have_attribute(
        "title", "Numbered list (Ctrl+Shift+7)"
    )


def test_arrow_keys_move_along_the_tools(page):
    field(page).fill("tea")
    selects_all(page)

    page.get_by_role("button", name="Preview").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("md-italic")).to_be_focused()
    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("_tea_")


def test_a_heading_begins_its_line_and_typing_goes_on_behind_it(page):
    types(page, "Green tea")
    page.locator("md-header").click()
    types(page, "s")

    expect(field(page)).to_have_value("## Green teas")


def test_enter_continues_a_list_and_ends_it_in_an_empty_item(page):
    types(page, "1. green\nblack\n\nThat is all.")

    expect(field(page)).to_have_value("1. green\n2. black\nThat is all.")


def test_what_enter_has_added_can_be_undone(page):
    types(page, "- green\n")
    expect(field(page)).to_have_value("- green\n- ")

    page.keyboard.press("Control+z")

    expect(field(page)).to_have_value("- green")


def test_shift_and_enter_only_break_the_line(page):
    types(page, "- green")
    page.keyboard.press("Shift+Enter")

    expect(field(page)).to_have_value("- green\n")


def test_tab_indents_in_code_and_enter_keeps_it(page):
    types(page, "```\nif tea:")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    types(page, "drink()\npour()")

    expect(field(page)).to_have_value("```\nif tea:\n    drink()\n    pour()")
    page.keyboard.press("Shift+Tab")
    expect(field(page)).to_have_value("```\nif tea:\n    drink()\npour()")


def test_tab_elsewhere_leaves_the_field(page):
    types(page, "tea")
    page.keyboard.press("Tab")

    expect(field(page)).not_to_be_focused()
    expect(field(page)).to_have_value("tea")


def test_escape_and_tab_leave_code_as_the_hint_says(page):
    hint = page.locator(".composer__code-hint")
    types(page, "tea")
    expect(hint).to_be_hidden()
    types(page, "\n```\nx")
    expect(hint).to_be_visible()
    described = field(page).get_attribute("aria-describedby").split()
    assert hint.get_attribute("id") in described

    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    expect(field(page)).not_to_be_focused()
    expect(field(page)).to_have_value("tea\n```\nx")


def test_an_address_pasted_onto_words_links_them(page):
    types(page, "the recipe")
    selects_all(page)

    pastes(page, plain="https://example.org/tea")

    expect(field(page)).to_have_value("[the recipe](https://example.org/tea)")
    page.keyboard.press("Control+z")
    expect(field(page)).to_have_value("the recipe")


def test_a_pasted_table_becomes_markdown(page):
    table = "<table><tr><th>Tea</th><th>Minutes</th></tr><tr><td>green</td><td>2</td></tr></table>"

    pastes(page, html=f"<meta charset='utf-8'>{table}", plain="Tea\tMinutes\ngreen\t2")

    expect(field(page)).to_have_value(re.compile(r"^\s*Tea \| Minutes\n-- \| --\ngreen \| 2\s*$"))


def test_links_of_pasted_text_stay_links(page):
    pastes(
        page, html='See <a href="https://example.org/tea">the recipe</a>.', plain="See the recipe."
    )

    expect(field(page)).to_have_value("See [the recipe](https://example.org/tea).")


def test_what_is_pasted_into_code_stays_as_it_is(page):
    types(page, "```\n")
    html = '<a href="https://example.org/tea">tea</a>'

    is_left_to_the_browser = pastes(page, html=html, plain="tea")

    assert is_left_to_the_browser


def test_a_quotation_can_be_undone(page):
    types(page, "As was said:")
    page.locator("#post-1 [data-quote]").click()
    expect(field(page)).not_to_have_value("As was said:")

    page.keyboard.press("Control+z")

    expect(field(page)).to_have_value("As was said:")


def test_the_form_grows_with_its_text(page):
    before = field(page).bounding_box()["height"]
    field(page).fill("\n" * 15)

    assert field(page).bounding_box()["height"] > before + 100


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_tools_stay_in_one_line_and_are_large_enough_for_fingers(
    width, visit, ada, topic
):
    page = visit(ada, viewport={"width": width, "height": 700}, has_touch=True).opens_live(topic)
    field(page).focus()
    page.locator("md-bold").wait_for()
    tools = page.locator(".composer__tools > *")

    boxes = tools.evaluate_all(
        "tools => tools.map((tool) => tool.getBoundingClientRect().toJSON())"
    )

    assert len({box["y"] for box in boxes}) == 1
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tools.last.click()  # it can be scrolled to
