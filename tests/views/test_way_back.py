"""Whoever signs up, or forgets a password, gets back to the page they came from, on another device
as well.
"""

import re
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client

from forum.models import User
from tests.support import world

pytestmark = pytest.mark.django_db
PASSWORD = "a good long password"
LINK = re.compile(r"http://127\.0\.0\.1:8000(\S+)")


def link_in_mail():
    return LINK.search(mail.outbox[-1].body)[1]


def sign_up(client, came_from, username="zoe"):
    fields = {
        "username": username,
        "email": f"{username}@example.org",
        "password1": PASSWORD,
        "next": came_from,
    }
    return client.post("/accounts/signup/", fields)


def form_of(page):
    """Where the form of a page goes, and what is in it."""
    fields = dict(re.findall(r'<input type="hidden" name="(next)" value="([^"]*)"', page.text))
    return re.search(r'<form class="form" method="post" action="([^"]+)"', page.text)[1], fields


def confirm(client, link):
    address, fields = form_of(client.get(link))
    return client.post(address, fields)


def test_the_pages_offer_signing_up_with_a_way_back(client, topic):
    path = topic.get_absolute_url()
    links = re.findall(r'href="(/accounts/signup/[^"]*)"', client.get(path).text)

    assert links == [f"/accounts/signup/?next={quote(path)}"] * 2


def test_who_signs_up_on_one_device_comes_back_there(client, topic):
    sign_up(client, topic.get_absolute_url())

    assert confirm(client, link_in_mail()).url == topic.get_absolute_url()


def test_so_does_who_opens_the_mail_on_another_device(client, topic):
    sign_up(client, topic.get_absolute_url())
    phone = Client()
    answer = confirm(phone, link_in_mail())

    assert answer.url == f"/accounts/login/?next={quote(topic.get_absolute_url())}"
    signed_in = phone.post(answer.url, {"login": "zoe", "password": PASSWORD})
    assert signed_in.url == topic.get_absolute_url()


def test_and_who_comes_from_page_to_page_about_accounts(client, topic):
    path = topic.get_absolute_url()
    sign_up(client, f"/accounts/login/?next={quote(f'/accounts/signup/?next={quote(path)}')}")

    assert link_in_mail().endswith(f"?next={quote(path)}")


def test_a_link_that_is_sent_again_at_signing_in_leads_back_too(client, topic):
    sign_up(client, "")
    from django.core.cache import cache

    cache.clear()  # allauth sends one in three minutes
    Client().post(
        "/accounts/login/", {"login": "zoe", "password": PASSWORD, "next": topic.get_absolute_url()}
    )

    assert link_in_mail().endswith(f"?next={quote(topic.get_absolute_url())}")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "http://testserver//evil.example/",
        "javascript:alert(1)",
        "/accounts/login/?next=//evil.example/",
        "/accounts/login/?next=https://evil.example/%0aSet-Cookie:x",
        "http://[evil",
        "/accounts/login/?next=http://[evil",
        "/" + "a" * 600,
        "/accounts/?next=" * 30 + "/",
        "/accounts/logout/",
    ],
)
def test_no_mail_leads_anywhere_else(client, elsewhere):
    sign_up(client, elsewhere)

    (link,) = {link_in_mail()}
    assert "evil.example" not in mail.outbox[-1].body.replace("%3A//evil", "")
    assert "?next=" not in link or link.partition("?next=")[2].startswith("/")
    answer = confirm(Client(), link)
    assert answer.url.partition("?")[0] == "/accounts/login/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "///evil.example"]
)
def test_a_link_that_somebody_changed_leads_nowhere_else(client, elsewhere):
    sign_up(client, "")
    link = link_in_mail()

    assert Client().post(f"{link}?next={quote(elsewhere)}").url == "/accounts/login/"


def test_a_link_used_twice_says_so(client, topic):
    sign_up(client, topic.get_absolute_url())
    link = link_in_mail()
    other = Client()
    confirm(other, link)
    again, sent_again = other.get(link), other.post(link)

    for page in (again, sent_again):
        assert page.status_code == 200
        assert "already been confirmed" in page.text
        assert (
            f'href="/accounts/login/?next={quote(topic.get_absolute_url(), safe="")}"' in page.text
        )
        assert "expired" not in page.text
    client.post("/accounts/login/", {"login": "zoe", "password": PASSWORD})
    assert f'<a class="link" href="{topic.get_absolute_url()}">' in client.get(link).text


@pytest.mark.parametrize("key", ["nonsense", "MQ:1abc:forged"])
def test_a_forged_link_is_not_called_confirmed(client, ada, key):
    page = client.get(f"/accounts/confirm-email/{key}/")

    assert "already been confirmed" not in page.text
    assert client.post(f"/accounts/confirm-email/{key}/").status_code == 404


def test_a_new_password_leads_back_on_another_device(client, ada, topic):
    path = topic.get_absolute_url()
    page = client.get(f"/accounts/login/?next={quote(path)}")
    forgot = re.search(r'href="(/accounts/password/reset/[^"]*)"', page.text)[1]
    address, fields = form_of(client.get(forgot))
    asked = client.post(address, {**fields, "email": ada.email})
    assert asked.url == "/accounts/password/reset/done/"

    phone = Client()
    form = phone.get(link_in_mail(), follow=True)
    address, fields = form_of(form)
    done = phone.post(
        address, {**fields, "password1": PASSWORD, "password2": PASSWORD}, follow=True
    )
    assert f'href="/accounts/login/?next={quote(path, safe="")}"' in done.text
    assert User.objects.get().check_password(PASSWORD)


def test_a_new_password_leads_nowhere_else(client, ada):
    client.post("/accounts/password/reset/", {"email": ada.email, "next": "https://evil.example/"})

    assert "next" not in link_in_mail()
    assert world.PASSWORD not in mail.outbox[-1].body


@pytest.mark.parametrize(
    "page", ["login", "signup", "password/reset", "logout", "confirm-email/key"]
)
def test_an_address_that_can_not_be_read_is_no_error(client, page):
    assert client.get(f"/accounts/{page}/?next=http://[").status_code in (200, 302)


def test_a_mail_to_somebody_who_has_an_account_leads_back(client, ada, topic):
    client.post(
        "/accounts/signup/",
        {
            "username": "zoe",
            "email": ada.email,
            "password1": PASSWORD,
            "next": topic.get_absolute_url(),
        },
    )

    assert link_in_mail() == f"/accounts/password/reset/?next={quote(topic.get_absolute_url())}"


def test_a_mail_to_somebody_who_has_none_leads_back(client, topic):
    client.post(
        "/accounts/password/reset/",
        {"email": "nobody@example.net", "next": topic.get_absolute_url()},
    )

    assert link_in_mail() == f"/accounts/signup/?next={quote(topic.get_absolute_url())}"
