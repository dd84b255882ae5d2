import pytest
from django.urls import reverse

from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def long(ada, help_category):
    return world.topic(ada, help_category, replies=44)


def jump(client, topic, number):
    return client.get(reverse("jump", args=[topic.pk]), {"number": number})


def test_a_post_has_an_address_of_its_own(client, long):
    post = long.posts.get(number=21)

    assert client.get(post.get_absolute_url()).url == f"{long.get_absolute_url()}?page=2#post-21"


def test_jumping_leads_to_the_post_or_the_nearest(client, long):
    for number, place in [
        ("1", "#post-1"),
        ("20", "#post-20"),
        ("21", "?page=2#post-21"),
        ("007", "#post-7"),
        ("0", "#post-1"),
        ("46", "?page=3#post-45"),
        ("999999999", "?page=3#post-45"),
        ("9" * 5000, "?page=3#post-45"),
    ]:
        assert jump(client, long, number).url == long.get_absolute_url() + place, number[:20]


def test_jumping_nowhere_is_not_found(client, topic):
    for number in ["", "x", "-1", "٣", "1.5", "1\0", " "]:
        assert jump(client, topic, number).status_code == 404, number


def test_a_number_in_the_address_leads_to_the_post(client, long):
    assert (
        client.get(reverse("number", args=[long.pk, 22])).url
        == f"{long.get_absolute_url()}?page=2#post-22"
    )
    assert (
        client.get(f"/t/{long.pk}/{'9' * 4000}/").url == f"{long.get_absolute_url()}?page=3#post-45"
    )
    assert client.get(f"/t/{long.pk}/{'9' * 5000}/").status_code == 404


def test_the_end_is_the_last_post(client, long):
    assert (
        client.get(reverse("last", args=[long.pk])).url
        == f"{long.get_absolute_url()}?page=3#post-45"
    )


def test_the_first_unread_post_is_the_one_after_the_last_read(signed_in, client, ada, grace, long):
    unread = reverse("unread", args=[long.pk])
    assert client.get(unread).url == f"{long.get_absolute_url()}#post-1"

    member = signed_in(grace)
    assert member.get(unread).url == f"{long.get_absolute_url()}#post-1"
    member.get(long.get_absolute_url())
    assert member.get(unread).url == f"{long.get_absolute_url()}?page=2#post-21"
    member.get(long.get_absolute_url(), {"page": 3})
    assert member.get(unread).url == f"{long.get_absolute_url()}?page=3#post-45"
    long.reply(ada, "One more.")
    assert member.get(unread).url == f"{long.get_absolute_url()}?page=3#post-46"


@pytest.mark.parametrize(
    "pk", ["9" * 18, "9" * 19, "9" * 20, "9" * 40, "0", str(2**63 - 1), str(2**63), "9" * 5000]
)
def test_numbers_beyond_every_database_are_not_found(signed_in, olive, topic, pk):
    member = signed_in(olive)
    topics = ["", "jump/?number=1", "1/", "unread/", "last/", "reply/", "edit/", "move/"]
    addresses = [f"/t/{pk}/{rest}" for rest in [*topics, "changes?epoch=x&since=0"]]
    addresses += [f"/p/{pk}/{rest}" for rest in ["", "menu/", "history/", "edit/"]]
    addresses += [f"/t/{pk}-x/", f"/c/{pk}/", f"/c/{pk}-x/"]

    for address in addresses:
        assert member.get(address).status_code == 404, address[:40]


@pytest.mark.parametrize("pk", [2**63 - 1, 2**63, 10**40])
def test_nothing_can_be_sent_to_numbers_beyond_every_database(signed_in, olive, topic, pk):
    member = signed_in(olive)
    sent = {"body": "x", "title": "xyz", "category": pk, "version": pk, "token": world.token()}
    topics = ["replies/", "close/", "open/", "pin/", "unpin/", "move/", "edit/"]
    addresses = [f"/t/{pk}/{rest}" for rest in topics]
    addresses += [f"/p/{pk}/{rest}" for rest in ["update/", "hide/", "restore/"]]

    for address in addresses:
        assert member.post(address, sent).status_code == 404, address


def test_odd_characters_in_addresses_are_not_found(client, topic):
    for address in (
        "/t/1%00/",
        "/t/1-a%00/x",
        "/t/%D9%A3x/",
        "/c/%00/",
        "/p/1%0A/",
        "/t/-1/",
        "/%00",
    ):
        assert client.get(address).status_code == 404
    assert client.get(f"/t/{topic.pk}-a%00%0D%0A/").status_code == 404
