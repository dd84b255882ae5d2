"""Whoever is signed out while writing in the admin gets the text back; owners see which version
runs.
"""

import re

import pytest

from forum import __version__
from forum.models import Category
from tests.support import world
from tests.views.test_unsent import ORIGIN, Browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/admin/forum/announcement/add/", "text"),
        ("/admin/forum/category/add/", "description"),
        ("/admin/forum/post/add/", "body"),
    ],
)
def test_what_was_written_while_signed_out_is_given_back(client, path, field):
    page = client.post(path, {field: "All kites <stay> at home.", "_save": "Save"})

    assert page.status_code == 403
    assert "All kites &lt;stay&gt; at home." in page.text
    assert f'name="next" value="{path}"' in page.text


@pytest.fixture
def signs_in_again(olive, topic):
    """A function that sends a form of the admin while signed out, and returns its page after
    signing in.
    """

    def signs_in_again(path, sent):
        browser = Browser().opens("/accounts/login/").signs_in("olive").opens(path).is_signed_out()
        browser.page = browser.client.post(path, sent | token_of(browser), headers=ORIGIN)
        browser.signs_in("olive")
        assert browser.page.redirect_chain == [(path, 302)]
        return browser

    return signs_in_again


def form_in(page):
    return page.context["adminform"].form


def test_a_form_is_filled_again_after_signing_in(signs_in_again, topic):
    group = world.group("Chosen")
    sent = {
        "name": "Kites",
        "slug": "kites",
        "description": "High & low",
        "color": "#e8590c",
        "position": "3",
    }
    browser = signs_in_again(
        "/admin/forum/category/add/", sent | {"readers": [str(group.pk)], "_save": "Save"}
    )

    form = form_in(browser.page)
    assert {name: form[name].value() for name in sent} == sent
    assert form["readers"].value() == [str(group.pk)]
    assert "High &amp; low" in browser.page.text
    inline = {f"{name}-TOTAL_FORMS": "0" for name in inlines_of(browser.page)}
    inline |= {f"{name}-INITIAL_FORMS": "0" for name in inlines_of(browser.page)}
    again = {**sent, **inline, **token_of(browser)}
    browser.client.post("/admin/forum/category/add/", again, headers=ORIGIN)
    assert Category.objects.get(name="Kites").slug == "kites"
    assert form_in(browser.opens("/admin/forum/category/add/").page)["name"].value() is None


def test_an_edit_is_filled_again_with_the_version_it_began_from(signs_in_again, topic, ada):
    post = topic.posts.get()
    path = f"/admin/forum/post/{post.pk}/change/"
    post.edit(ada, "What Ada wrote since.")

    browser = signs_in_again(path, {"body": "Mine.", "reason": "Shorter", "version": "1"})

    form = form_in(browser.page)
    assert [str(form[name].value()) for name in ("body", "reason", "version")] == [
        "Mine.",
        "Shorter",
        "1",
    ]


def test_an_unticked_box_stays_unticked_and_no_password_is_kept(signs_in_again, ada):
    sent = {
        "username": "Zora",
        "name": "Zora N",
        "password1": "canary-53f1",
        "password2": "canary-53f1",
    }
    browser = signs_in_again("/admin/forum/user/add/", sent)
    assert form_in(browser.page)["name"].value() == "Zora N"
    assert "canary-53f1" not in browser.page.text

    ada.announces_updates = True
    ada.save()
    browser = signs_in_again(
        f"/admin/forum/user/{ada.pk}/change/", {"username": "ada", "name": "Ada L", "about": ""}
    )
    assert form_in(browser.page)["announces_updates"].value() is False


def test_what_waits_from_a_form_with_a_stale_token_breaks_no_page(olive, signed_in):
    client = signed_in(olive)
    session = client.session
    session["unsent"] = {"path": "/admin/forum/post/add/", "fields": {"body": "Mine."}}
    session.save()

    assert client.get("/admin/forum/post/add/").status_code == 200


def inlines_of(page):
    return re.findall(r'name="(\w+)-TOTAL_FORMS"', page.text)


def token_of(browser):
    return {"csrfmiddlewaretoken": browser.client.cookies["csrftoken"].value}


def test_a_button_pressed_while_signed_out_leads_to_signing_in(client):
    page = client.post("/admin/forum/post/", {"action": "hide", "_selected_action": "1"})

    assert page.status_code == 403
    assert "Sign in and try again." in page.text


def test_a_page_asked_for_while_signed_out_leads_to_signing_in(client):
    assert client.get("/admin/forum/post/add/").url == "/admin/login/?next=/admin/forum/post/add/"


def test_the_version_stands_below_the_owner_s_pages(signed_in, olive):
    assert f"Parley {__version__}" in signed_in(olive).get("/admin/").text


def test_other_staff_do_not_learn_the_version(signed_in, ada):
    ada.is_staff = True
    ada.save()

    assert f"Parley {__version__}" not in signed_in(ada).get("/admin/").text
