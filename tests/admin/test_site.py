"""Whoever is signed out while writing in the admin gets the text back."""

import pytest

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
