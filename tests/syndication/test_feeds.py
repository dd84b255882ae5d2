"""Atom feeds tell what guests may read, and follow what changes."""

from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from forum.models import Tag, Topic
from tests.support import world

ATOM = {"": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def topic(ada, help_category):
    return world.topic(ada, help_category, "Tea <or> coffee & co", body="Which is *better*?")


@pytest.fixture
def secret(ada):
    group = Group.objects.create(name="Few")
    ada.groups.add(group)
    category = world.category("Secret")
    category.readers.add(group)
    return world.topic(ada, category, "Hush")


def entries(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    found = root.findall("entry", ATOM)
    return [{part.tag.split("}")[1]: part for part in entry} for entry in found]


def titles(client, address):
    return [entry["title"].text for entry in entries(client, address)]


def test_a_list_has_an_entry_for_each_topic_with_the_text_it_began_with(client, topic, ada):
    topic.reply(ada, "No.")

    for address in ("/latest.atom", f"/c/{topic.category_id}.atom"):
        (entry,) = entries(client, address)
        assert entry["title"].text == "Tea <or> coffee & co"
        assert entry["content"].text.strip() == '<p dir="auto">Which is <em>better</em>?</p>'
        assert entry["link"].get("href") == settings.SITE_URL + topic.get_absolute_url()
        topic.refresh_from_db()
        assert entry["updated"].text == topic.bumped_at.isoformat()


def test_the_topic_with_the_latest_activity_comes_first(client, topic, ada, help_category):
    world.topic(ada, help_category, "Newer")
    assert titles(client, "/latest.atom") == ["Newer", topic.title]

    topic.reply(ada, "Again.")
    assert titles(client, "/latest.atom") == [topic.title, "Newer"]


def test_an_entry_keeps_its_id_when_the_topic_is_renamed(client, topic):
    (before,) = entries(client, "/latest.atom")
    topic.rename("Milk")
    (after,) = entries(client, "/latest.atom")

    assert after["title"].text == "Milk"
    assert after["id"].text == before["id"].text


def test_a_topic_has_its_newest_posts(client, topic, ada):
    for number in range(2, 27):
        topic.reply(ada, f"Post {number}")

    found = titles(client, f"/t/{topic.pk}.atom")
    assert found == [f"{topic.title} #{number}" for number in range(26, 6, -1)]


def test_a_member_has_their_newest_posts(client, topic, ada, grace):
    topic.reply(grace, "Not ada's")
    topic.reply(ada, "Yes.")

    assert titles(client, "/u/ada.atom") == [f"{topic.title} #3", f"{topic.title} #1"]
    assert client.get("/u/Ada.atom").url == "/u/ada.atom"


def test_a_tag_has_its_topics(client, topic):
    tag = Tag.objects.create(name="Hot drinks")
    topic.tag([tag])

    assert titles(client, f"/tags/{tag.slug}.atom") == [topic.title]


def test_what_is_hidden_is_in_no_feed(client, topic, ada, mo):
    topic.reply(ada, "secret words").hide(mo)
    topic.posts.get(number=1).hide(mo)

    for address in ("/latest.atom", f"/t/{topic.pk}.atom", "/u/ada.atom"):
        shown = client.get(address).content.decode()
        assert "secret" not in shown
        assert "better" not in shown


def test_feeds_tell_members_no_more_than_guests(signed_in, client, topic, secret, ada):
    for visitor in (client, signed_in(ada)):
        for address in ("/latest.atom", "/u/ada.atom", f"/c/{topic.category_id}.atom"):
            assert "Hush" not in visitor.get(address).content.decode()
        assert visitor.get(f"/t/{secret.pk}.atom").status_code == 404
        assert visitor.get(f"/c/{secret.category_id}.atom").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/t/9.atom", "/c/9.atom", "/u/nobody.atom", "/tags/no.atom", "/t/99999999999999999999.atom"],
)
def test_what_does_not_exist_has_no_feed(client, db, address):
    assert client.get(address).status_code == 404


def test_characters_that_xml_cannot_hold_are_left_out(client, topic):
    type(topic).objects.filter(pk=topic.pk).update(title="Te\x07a\x00"[:4])

    assert titles(client, "/latest.atom") == ["Tea"]


def test_an_entry_opens_what_needs_our_styles_and_keeps_spoilers(client, topic, ada):
    topic.reply(ada, "||Milk|| [here](/t/1/)\n\n- [x] done")

    content = entries(client, f"/t/{topic.pk}.atom")[0]["content"].text
    assert "Milk" not in content
    assert f'href="{settings.SITE_URL}/t/1/"' in content
    assert "☑ done" in content


@pytest.mark.parametrize("path", ["/latest.atom", "/sitemap.xml", "/sitemap-topics-0.xml"])
def test_asking_too_often_is_refused(client, topic, settings, path):
    settings.RATES = {**settings.RATES, "feed": "2/minute"}

    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert int(client.get(path)["Retry-After"]) > 0


def test_a_feed_takes_the_same_queries_however_much_there_is(
    client, topic, ada, help_category, django_assert_num_queries
):
    with django_assert_num_queries(3):
        client.get("/latest.atom")
    for number in range(25):
        Topic.start(ada, help_category, f"Topic {number}", "Words")
    with django_assert_num_queries(3):
        assert len(entries(client, "/latest.atom")) == 20
