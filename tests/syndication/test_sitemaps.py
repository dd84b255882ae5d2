"""Search engines find all that guests may read, and nothing else."""

from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse

from forum.models import Tag
from forum.syndication import robots, sitemaps
from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def topics(ada, help_category):
    return [world.topic(ada, help_category, title) for title in ("One", "Zwei Tee", "三")]


def addresses(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    assert root.tag.startswith(f"{{{sitemaps.NAMESPACE}}}")
    found = [part.text for part in root.iter(f"{{{sitemaps.NAMESPACE}}}loc")]
    assert all(address.startswith(settings.SITE_URL) for address in found)
    return [address.removeprefix(settings.SITE_URL) for address in found]


def test_the_index_leads_to_all_public_topics(client, topics, monkeypatch):
    monkeypatch.setattr(sitemaps, "SIZE", 2)
    lists, *ranges = addresses(client, "/sitemap.xml")

    assert lists == reverse("list_sitemap")
    found = [address for path in ranges for address in addresses(client, path)]
    assert found == [topic.get_absolute_url() for topic in topics]
    assert all(client.get(address).status_code == 200 for address in found)


def test_a_private_topic_is_in_none(client, topics, ada, monkeypatch):
    monkeypatch.setattr(sitemaps, "SIZE", 1)
    category = world.category("Secret")
    category.readers.add(Group.objects.create(name="Few"))
    secret = world.topic(ada, category, "Hush")

    ranges = addresses(client, "/sitemap.xml")[1:]
    assert len(ranges) == 3
    assert client.get(reverse("topic_sitemap", args=[secret.pk])).status_code == 404
    assert category.get_absolute_url() not in addresses(client, "/sitemap-lists.xml")


def test_lists_have_categories_and_tags(client, topics, help_category):
    tag = Tag.objects.create(name="Drinks")

    found = addresses(client, "/sitemap-lists.xml")
    assert found == ["/", help_category.get_absolute_url(), tag.get_absolute_url()]


def test_a_forum_without_topics_has_an_index(client, db):
    assert addresses(client, "/sitemap.xml") == ["/sitemap-lists.xml"]
    assert client.get("/sitemap-topics-0.xml").status_code == 404
    assert client.get(f"/sitemap-topics-{10**30}.xml").status_code == 404


def test_robots_txt_closes_what_is_not_to_be_read_and_names_the_sitemap(client, db, topics):
    text = client.get("/robots.txt").content.decode()

    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
    assert "Disallow: /search/" in text
    for address in addresses(client, "/sitemap-topics-0.xml"):
        assert not any(address.startswith(path) for path in robots.CLOSED if "*" not in path)
