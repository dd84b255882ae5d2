"""A member chooses a picture in the profile, which stands beside the name from then on."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.models import User
from tests.images import pictures
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

ME = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(900, 600)}


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=3)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_it_is_chosen_shown_and_removed(visit, ada, topic, scripts):
    page = visit(ada, scripts=scripts).opens("/profile/")
    page.get_by_label("Picture", exact=True).set_input_files(ME)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/profile/")
    until(lambda: User.objects.get(pk=ada.pk).avatar)

    page.goto(topic.get_absolute_url())

    face = page.locator("#post-1 > .avatar img")
    expect(face).to_have_js_property("naturalWidth", 96)
    assert page.locator("#post-1 > .avatar").bounding_box()["width"] == 44
    page.goto("/profile/")
    page.get_by_role("button", name="Remove the picture").click()
    page.wait_for_url("**/profile/")
    page.goto(topic.get_absolute_url())
    expect(page.locator("#post-1 > .avatar")).to_have_text("AL")
    expect(page.locator("#post-1 > .avatar img")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_where_a_picture_is_refused(visit, ada, scheme, width):
    person = visit(ada, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = person.opens("/profile/")
    page.get_by_label("Picture", exact=True).set_input_files({**ME, "buffer": b"<svg/>"})

    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_role("alert").filter(has_text="JPEG, PNG, WebP")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
