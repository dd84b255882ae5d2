"""After an error the focus is where it is mended, with and without scripts: nobody has to look for
it from the top.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once

LONG = "x" * 1100


@pytest.fixture
def ada(transactional_db):
    return world.member("ada")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request):
    return request.param


@pytest.fixture
def page(visit, ada, topic, scripts):
    return visit(ada, scripts=scripts).page


def sends(page, address, **typed):
    page.goto(address)
    form = page.locator("main form", has=page.locator(f"[name={next(iter(typed))}]"))
    for name, text in typed.items():
        form.locator(f"[name={name}]").fill(text)
    form.evaluate("form => form.noValidate = true")
    form.locator("button.button--main").last.click()
    page.locator(".errorlist").first.wait_for()


@pytest.mark.parametrize(
    ("form", "typed", "wrong"),
    [
        ("/t/{}/edit/", {"title": "a"}, "title"),
        ("/profile/", {"about": LONG}, "about"),
        ("/profile/", {"name": LONG, "about": LONG}, "name"),
        ("/t/new/", {"title": "Which category?", "body": "None."}, "category"),
        ("/t/new/", {"title": "A title", "body": ""}, "category"),
        ("/t/{}/reply/", {"body": ""}, "body"),
        ("/accounts/password/change/", {"oldpassword": "wrong", "password1": LONG}, "oldpassword"),
    ],
)
def test_the_focus_goes_to_the_first_field_that_is_wrong(page, topic, form, typed, wrong):
    sends(page, form.format(topic.pk), **typed)

    field = page.locator(f"main form [name={wrong}][aria-invalid]")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        re.compile(re.escape(page.locator(".errorlist").first.inner_text()))
    )
    assert page.locator("main [autofocus]").count() <= 1  # none where the page stayed


def test_or_to_the_words_above_the_fields(visit, ada, scripts):
    page = visit(scripts=scripts).page
    sends(page, "/accounts/login/", login="ada", password="wrong")

    summary = page.get_by_role("status").filter(has=page.locator(".errorlist.nonfield"))
    expect(summary).to_be_focused()
    assert page.locator("main [autofocus]").count() == 1


def test_or_to_what_says_that_the_text_was_changed_meanwhile(page, topic):
    post = topic.posts.get()
    page.goto(f"/p/{post.pk}/edit/")
    post.edit(world.moderator(), "What Mo wrote.")
    page.locator("[name=body]").fill("What Ada wrote.")
    page.locator("main form .buttons .button--main").click()

    expect(page.get_by_role("alert")).to_contain_text("has edited this post")
    expect(page.get_by_role("alert")).to_be_focused()


def test_a_form_without_errors_takes_no_focus(page, topic):
    for address in ("/t/new/", "/profile/", topic.get_absolute_url()):
        page.goto(address)
        assert page.locator("[autofocus]").count() == 0
