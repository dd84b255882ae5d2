"""A search as an Atom feed: the newest posts that guests find."""

from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import OperationalError
from psycopg import errors

from tests.support import world

pytestmark = pytest.mark.once
ATOM = {"": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def topic(ada, help_category):
    topic = world.topic(ada, help_category, "Drinks", body="Water")
    for number in range(3):
        topic.reply(ada, f"Coffee & milk {number}")
    return topic


def titles(client, query):
    response = client.get("/search.atom", {"q": query})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    return [title.text for title in root.findall("entry/title", ATOM)]


def test_it_has_the_posts_that_are_found_newest_first(client, topic):
    assert titles(client, "coffee milk") == ["Drinks #4", "Drinks #3", "Drinks #2"]


def test_it_grows_with_new_posts_and_loses_hidden_ones(client, topic, ada, mo):
    topic.reply(ada, "More coffee")
    topic.posts.get(number=2).hide(mo)

    assert titles(client, "coffee") == ["Drinks #5", "Drinks #4", "Drinks #3"]


def test_it_has_only_what_guests_may_read(signed_in, client, ada, topic):
    insider = world.insider()
    world.topic(insider, world.lounge(), "Secret coffee", body="Coffee")

    assert "Secret coffee #1" not in titles(signed_in(insider), "coffee")


def test_it_does_not_begin_with_guesses(client, topic):
    guessed = client.get("/search/", {"q": "coffee milk zebra"}).content.decode()

    assert "<mark>Coffee</mark>" in guessed
    assert titles(client, "coffee milk zebra") == []


def test_it_needs_a_query(client, db):
    assert client.get("/search.atom").status_code == 404
    assert client.get("/search.atom", {"q": " "}).status_code == 404


def test_searching_too_often_is_refused(client, topic, settings):
    settings.RATES = {**settings.RATES, "search": "1/minute"}
    titles(client, "coffee")

    refused = client.get("/search.atom", {"q": "coffee"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_a_search_that_takes_too_long_says_what_to_do(client, db, monkeypatch):
    def late(*_asked):
        raise OperationalError from errors.QueryCanceled

    monkeypatch.setattr("forum.search.views.answer", late)

    response = client.get("/search.atom", {"q": "tea"})
    assert response.status_code == 422
    assert "Add words or a filter" in response.text


def test_the_page_of_a_search_names_its_feed(client, topic):
    page = client.get("/search/", {"q": 'coffee "&"'}).content.decode()

    assert 'href="/search.atom?q=coffee%20%22%26%22"' in page
    assert settings.SITE_URL in client.get("/search.atom", {"q": "coffee"}).content.decode()
