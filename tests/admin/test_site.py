"""Whoever is signed out while writing in the admin gets the text back; owners see which version runs."""

import pytest

from forum import __version__

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
    assert f"?next={path}" in page.text


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
