"""What is announced stands on every page until a reader puts it away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.models import Announcement

pytestmark = pytest.mark.django_db


def dismiss(client, announcement, **headers):
    return client.post(reverse("dismiss", args=[announcement.pk]), headers=headers)


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/nowhere/"])
def test_every_page_says_what_is_announced(client, topic, path):
    Announcement.objects.announce("Back at *six*.")

    for address in (path, topic.get_absolute_url()):
        assert "Back at <em>six</em>." in client.get(address).text


def test_an_empty_forum_says_it_too(client):
    client.get("/")
    Announcement.objects.announce("We open soon.")

    assert "We open soon." in client.get("/").text


def test_what_is_over_stands_on_no_page(client, topic):
    short, long = (
        Announcement.objects.announce(f"Number {n}.", timezone.now() + timedelta(hours=1))
        for n in (1, 2)
    )
    client.get("/")
    Announcement.objects.filter(pk=short.pk).update(until=timezone.now())
    long.end()

    assert "Number" not in client.get("/").text


def test_a_dismissed_announcement_is_gone_and_a_new_one_is_not(client, topic):
    first = Announcement.objects.announce("The first.")

    answer = dismiss(client, first, referer=f"http://testserver{topic.get_absolute_url()}")
    Announcement.objects.announce("The second.")

    assert answer.url == f"http://testserver{topic.get_absolute_url()}"
    text = client.get("/").text
    assert "The first." not in text
    assert "The second." in text


def test_only_what_is_current_is_remembered_as_dismissed(client, db):
    over, current = (Announcement.objects.announce(text) for text in ("Over.", "Current."))
    dismiss(client, over)
    over.end()

    answer = dismiss(client, current)

    assert answer.cookies["dismissed"].value == str(current.pk)


def test_an_announcement_is_not_dismissed_by_an_address_alone(client, db):
    assert client.get(reverse("dismiss", args=[1])).status_code == 405


def test_dismissing_leads_nowhere_else(client, db):
    assert dismiss(client, Announcement(pk=1), referer="https://evil.example/").url == "/"


@pytest.mark.parametrize(
    "cookie",
    ["", ".", "x", "1.x.2", "9" * 5000, "-1000", "¹²³", "1;2"],
    ids=lambda cookie: repr(cookie[:9]),
)
def test_a_foreign_cookie_hides_nothing_and_breaks_nothing(client, topic, cookie):
    Announcement(pk=1000, text="Hello.").save()
    client.cookies["dismissed"] = cookie

    assert "Hello." in client.get("/").text


def test_pages_ask_for_announcements_once_and_not_at_all_without(client, topic):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(topic.get_absolute_url())
        return len(queries)

    client.get(topic.get_absolute_url())
    without = asked()
    Announcement.objects.announce("Hello.")
    client.get(topic.get_absolute_url())

    assert asked() == without
