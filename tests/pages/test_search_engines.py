"""What guests' pages tell search engines; members' pages tell nothing."""

import json
import re

import pytest
from django.conf import settings
from django.urls import reverse

from forum.models import Topic
from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def topic(ada, help_category):
    return world.topic(ada, help_category, 'Tea & "coffee"', body="Which is *better*?", replies=25)


def head_of(client, address):
    return client.get(address).content.decode().split("</head>")[0]


def meta(head, name):
    found = re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)">', head)
    return found and found[1]


def canonical(head):
    return re.search(r'<link rel="canonical" href="([^"]*)">', head)[1]


def graph(head):
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', head)
    return {one["@type"]: one for one in json.loads(script)["@graph"]}


def test_a_topic_says_what_a_link_to_it_shows(client, topic):
    head = head_of(client, topic.get_absolute_url())

    assert canonical(head) == settings.SITE_URL + topic.get_absolute_url()
    assert meta(head, "description") == meta(head, "og:description") == "Which is better?"
    assert meta(head, "og:title") == "Tea &amp; &quot;coffee&quot;"
    assert meta(head, "og:type") == "article"
    assert f'title="Tea &amp; &quot;coffee&quot;" href="/t/{topic.pk}.atom">' in head
    assert meta(head, "robots") is None


def test_each_page_of_a_topic_has_its_own_address(client, topic):
    head = head_of(client, f"{topic.get_absolute_url()}?page=2")

    assert canonical(head).endswith("/?page=2")
    assert meta(head, "description") is None
    assert set(graph(head)) == {"BreadcrumbList"}


def test_a_topic_is_a_posting_in_a_forum(client, topic, ada, help_category):
    data = graph(head_of(client, topic.get_absolute_url()))

    posting = data["DiscussionForumPosting"]
    assert posting["headline"] == topic.title
    assert posting["text"] == "Which is better?"
    assert posting["author"]["url"] == settings.SITE_URL + ada.get_absolute_url()
    assert posting["interactionStatistic"][0]["userInteractionCount"] == 25
    names = [step["name"] for step in data["BreadcrumbList"]["itemListElement"]]
    assert names == [settings.SITE_NAME, help_category.name, topic.title]


def test_a_page_follows_its_first_post(client, topic, ada, mo):
    address = topic.get_absolute_url()
    assert meta(head_of(client, address), "description") == "Which is better?"

    first = topic.posts.get(number=1)
    first.edit(ada, "||Coffee|| is.")
    assert meta(head_of(client, address), "description") == "▒▒▒ is."
    first.hide(mo)
    assert meta(head_of(client, address), "description") is None


@pytest.mark.parametrize("name", ["login", "search", "missing", "history"])
def test_what_is_not_to_be_found_says_so(client, topic, name):
    address = {
        "login": reverse("account_login"),
        "search": reverse("search"),
        "missing": "/nowhere/",
        "history": reverse("history", args=[topic.posts.get(number=1).pk]),
    }[name]

    assert meta(head_of(client, address), "robots") == "noindex"


def test_later_pages_of_lists_are_not_to_be_found(client, ada, help_category):
    for number in range(31):
        Topic.start(ada, help_category, f"Topic {number}", "Words")
    first = client.get("/").content.decode()
    older = "/" + re.search(r'href="/?(\?before=[^"]+)"', first)[1]

    assert canonical(first) == f"{settings.SITE_URL}/"
    assert meta(head_of(client, older), "robots") == "noindex"


def test_categories_and_members_have_a_feed(client, topic, ada, help_category):
    category = head_of(client, help_category.get_absolute_url())
    assert f'href="/c/{help_category.pk}.atom"' in category
    assert 'href="/u/ada.atom"' in head_of(client, ada.get_absolute_url())


def test_members_pages_have_none_of_it(signed_in, ada, topic):
    head = head_of(signed_in(ada), topic.get_absolute_url())

    assert "canonical" not in head
    assert "ld+json" not in head
