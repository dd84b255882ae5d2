"""Whoever comes to a form's address by another way, or without a session, is led on and loses
nothing.
"""

import html
import re

import pytest
from django.test import Client

from forum.models import Topic
from tests.support.world import PASSWORD


@pytest.mark.parametrize(
    "verb", ["t/{0.pk}/close", "t/{0.pk}/unpin", "p/{1.pk}/hide", "p/{1.pk}/restore"]
)
def test_who_was_signed_out_signs_in_and_is_back_at_the_button(client, mo, topic, verb):
    address = f"/{verb.format(topic, topic.posts.get())}/"

    refused = client.post(address)
    way = re.search(
        r'class="button button--main" href="(/accounts/login/[^"]+)"',
        refused.text.split("<main")[1],
    )
    there = client.post(html.unescape(way[1]), {"login": "mo", "password": PASSWORD}, follow=True)

    assert refused.status_code == 403
    assert there.status_code == 200
    assert f'action="{address}"'.replace("unpin", "pin").replace("restore", "hide") in there.text


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/profile/", {"name": "Ada L.", "about": "Typed for an hour.", "hides_presence": "on"}),
        ("/t/{}/edit/", {"title": "Another title"}),
        ("/t/{}/move/", {"category": "1"}),
    ],
)
def test_who_signed_in_anew_can_send_the_same_again(topic, ada, address, fields):
    browser, address = Client(enforce_csrf_checks=True), address.format(topic.pk)
    origin = {"Origin": "http://testserver"}

    browser.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    browser.cookies["csrftoken"] = "a" * 32  # signing in makes a new one

    assert offered(browser.post(address, fields, headers=origin).text, address) == fields
    assert Topic.objects.get().change == 1


def offered(page, address):
    """What the form of this page sends to `address`, without its secret."""
    form = page.split(f'<form class="form" method="post" action="{address}">')[1].split("</form>")[
        0
    ]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/t/create/", "/t/new/"),
        ("/t/{0.pk}/replies/", "/t/{0.pk}/reply/"),
        ("/p/{1.pk}/update/", "/p/{1.pk}/edit/"),
        ("/p/{1.pk}/hide/", "/p/{1.pk}/menu/"),
        ("/t/987654321/close/", "/t/987654321/"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page_whoever_asks(client, topic, address, page):
    post = topic.posts.get()

    assert client.get(address.format(topic, post)).url == page.format(topic, post)


@pytest.mark.parametrize("address", ["/preview/", "/theme/", "/announcements/1/dismiss/"])
def test_an_address_that_only_takes_forms_says_so_and_leads_on(client, db, address):
    answer = client.get(address)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "only accepts forms" in answer.text
    assert 'class="button button--main" href="/"' in answer.text


def test_a_page_that_takes_no_forms_says_so(client, db):
    answer = client.post("/")

    assert answer.status_code == 405
    assert "accept forms" in answer.text
