"""Pictures and files are uploaded while somebody writes; once they are stored the text has them."""

import pytest
from playwright.sync_api import expect

from forum.models import Upload
from tests.images import pictures
from tests.support.polling import until

pytestmark = pytest.mark.once

PHOTO = {"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(900, 600)}
PLAN = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
PASTE = """(field, [name, bytes, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name));
  if (text) data.setData("text/plain", text);
  const options = {bubbles: true, cancelable: true};
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, ...options}));
  return data;
}"""
DROP = PASTE.replace('ClipboardEvent("paste", {clipboardData', 'DragEvent("drop", {dataTransfer')


@pytest.fixture
def page(visit, ada, topic):
    page = visit(ada).opens_live(topic)
    field(page).focus()
    page.locator("md-bold:defined").wait_for()
    return page


def field(page):
    return page.locator("textarea[data-composer]")


def rows(page):
    return page.locator(".upload")


def choose(page, *files):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Pictures and files").click()
    chooser.value.set_files(list(files))


def address(kind):
    return Upload.objects.get(kind=kind).get_absolute_url()


def test_a_picture_that_is_chosen_is_described_and_posted(page, topic):
    field(page).fill("Look:")

    choose(page, PHOTO)
    page.get_by_label("What does it show?").fill("My [cat]")

    text = f"Look:\n\n![My \\[cat\\]]({address('jpeg')})\n\n"
    expect(field(page)).to_have_value(text)
    page.get_by_label("What does it show?").press("Enter")
    expect(rows(page)).to_have_count(0)
    expect(field(page)).to_be_focused()
    page.keyboard.press("Control+Enter")
    image = page.locator(f"#post-{topic.last_number + 1} .prose img")
    expect(image).to_have_attribute("alt", "My [cat]")
    expect(image).to_have_attribute("width", "900")


def test_several_stand_in_the_text_in_their_order(page):
    choose(page, PLAN, PHOTO)

    page.locator(".upload__words:visible").wait_for()
    text = f"[plan.pdf]({address('file')})\n\n![]({address('jpeg')})\n\n"
    expect(field(page)).to_have_value(text)


@pytest.mark.parametrize("way", [PASTE, DROP], ids=["pasted", "dropped"])
def test_a_file_is_taken(page, way):
    field(page).evaluate(way, ["plan.pdf", "JVBERi0xLjc=", ""])

    until(lambda: "[plan.pdf](/uploads/" in field(page).input_value())


def test_text_that_comes_with_a_picture_of_it_stays_text(page):
    field(page).evaluate(PASTE, ["table.png", "JVBERi0xLjc=", "one\ttwo"])

    expect(rows(page)).to_have_count(0)
    assert not Upload.objects.exists()


def test_what_is_refused_says_why_and_the_text_stays(page):
    field(page).fill("Typed.")

    choose(page, {"name": "me.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})

    expect(page.get_by_role("alert").filter(has_text="Only pictures")).to_be_visible()
    expect(field(page)).to_have_value("Typed.")


def test_what_failed_is_sent_again(page):
    page.route("**/uploads/", lambda route: route.abort())
    choose(page, PLAN)
    expect(page.get_by_role("alert").filter(has_text="couldn't be uploaded")).to_be_visible()
    page.unroute("**/uploads/")

    page.get_by_role("button", name="Try again").click()

    until(lambda: "[plan.pdf](/uploads/" in field(page).input_value())


def test_what_is_cancelled_is_not_in_the_text_and_the_next_one_goes_on(page):
    held = []
    page.route("**/uploads/", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/uploads/"):
        choose(page, PHOTO, PLAN)

    rows(page).first.get_by_role("button", name="Cancel").click()

    until(lambda: "[plan.pdf](/uploads/" in field(page).input_value())
    assert "![" not in field(page).input_value()


def test_nothing_of_it_is_loaded_before_it_is_used(page):
    loaded = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")

    assert not any("uploading" in name for name in loaded)


def test_without_scripts_files_come_with_the_form(visit, ada, topic):
    reader = visit(ada, scripts=False)
    page = reader.opens(topic)
    page.get_by_label("Pictures and files").set_input_files([PHOTO])
    field(page).fill("Look:")

    page.get_by_role("button", name="Reply", exact=True).click()

    expect(page.get_by_text("Uploaded: cat.jpg")).to_be_visible()
    field(page).fill(field(page).input_value().replace("Description", "My cat"))
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.locator(f"#post-{topic.last_number + 1} .prose img")).to_have_attribute(
        "alt", "My cat"
    )
