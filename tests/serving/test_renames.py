"""Another name shows at once wherever the member stands, and renews no other page."""

import pytest

from forum.models import User
from forum.pages import fragments
from tests.support import world

from .visitors import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.store]


@pytest.fixture
def elsewhere(grace, help_category):
    """A topic in another category that Ada has no part in."""
    return world.topic(grace, world.category("Elsewhere"), title="Without Ada")


def saved(member, name):
    member.name = name
    member.save()


def named_anew(member, username):
    member.username, member.name = username, ""
    member.save()


WAYS = {
    "save()": saved,
    "update()": lambda member, name: User.objects.filter(pk=member.pk).update(name=name),
    "bulk_update()": lambda member, name: (
        setattr(member, "name", name),
        User.objects.bulk_update([member], ["name"]),
    ),
    "another username": lambda member, name: named_anew(member, name.replace(" ", "-")),
}


@pytest.fixture
def shows(guests, guest):
    """A function that says whether a kept page shows a name, having made sure that a page made anew
    says the same.
    """

    def look(address, name):
        fragments.cache.clear()
        fresh = Visitor(type(guests)(guests.pages)).gets(address).text
        assert guest.gets(address).text == fresh
        return name in fresh

    return look


def places(topic):
    return {
        "her topic": topic.get_absolute_url(),
        "the list": "/",
        "the list of the category": topic.category.get_absolute_url(),
    }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["her topic", "the list", "the list of the category"])
def test_the_new_name_shows_at_once(guest, shows, topic, ada, place, way):
    address = places(topic)[place]
    guest.gets(address)

    for name in ("Countess One", "Countess Two"):
        WAYS[way](ada, name)
        assert shows(address, name.replace(" ", "-") if "username" in way else name)


@pytest.mark.parametrize("way", WAYS)
def test_the_last_author_of_a_row_and_an_answer_on_a_later_page_count_too(
    guest, shows, topic, grace, ada, way
):
    for number in range(2, 22):
        topic.reply(grace if number == 21 else ada, f"Reply {number}.")
    last_page = f"{topic.get_absolute_url()}?page=2"
    for address in ("/", last_page):
        guest.gets(address)

    WAYS[way](grace, "Rear Admiral")

    name = "Rear-Admiral" if "username" in way else "Rear Admiral"
    assert shows("/", name)
    assert shows(last_page, name)


def test_two_members_who_are_renamed_at_once_both_show(guest, shows, topic, ada, grace):
    topic.reply(grace, "Me too.")
    guest.gets(topic.get_absolute_url())

    saved(ada, "New Ada")
    saved(grace, "New Grace")

    assert shows(topic.get_absolute_url(), "New Ada")
    assert shows(topic.get_absolute_url(), "New Grace")


@pytest.mark.parametrize("way", WAYS)
def test_pages_that_do_not_show_the_member_stay_as_they_are(
    guests, guest, topic, elsewhere, ada, way
):
    addresses = [elsewhere.get_absolute_url(), elsewhere.category.get_absolute_url()]
    before = [guest.gets(address).headers["etag"] for address in addresses]

    WAYS[way](ada, "Countess One")

    for address, etag in zip(addresses, before, strict=True):
        assert guest.gets(address, if_none_match=etag).status == 304


def test_only_the_rows_with_the_member_are_rendered_anew(guest, topic, elsewhere, ada, monkeypatch):
    rendered = []
    guest.gets("/")
    real = fragments.rendered
    monkeypatch.setattr(fragments, "rendered", lambda template, **context: (
        rendered.append(context.get("topic")), real(template, **context))[1])  # fmt: skip

    saved(ada, "Countess One")
    guest.gets("/")

    assert rendered == [topic]


def test_an_earlier_page_of_a_topic_stays_when_somebody_further_on_is_renamed(
    guest, topic, grace, ada
):
    for number in range(2, 22):
        topic.reply(grace if number == 21 else ada, f"Reply {number}.")
    etag = guest.gets(topic.get_absolute_url()).headers["etag"]

    saved(grace, "Rear Admiral")

    assert guest.gets(topic.get_absolute_url(), if_none_match=etag).status == 304


def test_saving_a_profile_without_another_name_renews_nothing(guest, topic, ada):
    etag = guest.gets("/").headers["etag"]

    ada.about = "I write."
    ada.save()

    assert guest.gets("/", if_none_match=etag).status == 304
