import pytest
from django.urls import reverse

from forum.models import Topic
from tests.support import world


def send(client, name, topic, **fields):
    return client.post(reverse(f"{name}_topic", args=[topic.pk]), fields).status_code


def test_moderators_close_open_pin_and_unpin(signed_in, mo, topic):
    moderator = signed_in(mo)

    def after(verb):
        assert send(moderator, verb, topic) == 302
        stored = Topic.objects.get(pk=topic.pk)
        return stored.is_open, stored.is_pinned

    assert [after(verb) for verb in ("close", "pin", "open", "unpin")] == [
        (False, False),
        (False, True),
        (True, True),
        (True, False),
    ]


def test_moderators_move_topics(signed_in, mo, topic):
    chat = world.category("Chat")

    assert send(signed_in(mo), "move", topic, category=chat.pk) == 302
    assert Topic.objects.get(pk=topic.pk).category == chat


def test_a_topic_is_not_moved_to_where_its_mover_may_not_look(signed_in, mo, topic, lounge):
    page = signed_in(mo).get(reverse("move_topic", args=[topic.pk])).content.decode()
    assert "Lounge" not in page
    for category in (lounge.pk, "", "x", 10**30):
        assert send(signed_in(mo), "move", topic, category=category) == 422
    assert Topic.objects.get(pk=topic.pk).category == topic.category


@pytest.mark.parametrize("verb", ["close", "open", "pin", "unpin", "move"])
def test_nobody_else_moderates(signed_in, client, ada, grace, topic, verb):
    fields = {"category": world.category("Chat").pk} if verb == "move" else {}

    assert send(client, verb, topic, **fields) == 403
    assert [send(signed_in(who), verb, topic, **fields) for who in (ada, grace)] == [403, 403]
    assert Topic.objects.get(pk=topic.pk).change == 1


def test_a_deactivated_moderator_moderates_no_more(signed_in, mo, topic):
    moderator = signed_in(mo)
    mo.is_active = False
    mo.save()

    assert send(moderator, "close", topic) == 403
    assert Topic.objects.get(pk=topic.pk).is_open


def test_whoever_leaves_the_group_moderates_no_more(signed_in, mo, topic):
    moderator = signed_in(mo)
    mo.groups.clear()

    assert send(moderator, "close", topic) == 403
    assert Topic.objects.get(pk=topic.pk).is_open


@pytest.mark.parametrize("verb", ["close", "open", "pin", "unpin"])
def test_an_address_alone_changes_nothing(signed_in, mo, topic, verb):
    assert signed_in(mo).get(reverse(f"{verb}_topic", args=[topic.pk])).url == f"/t/{topic.pk}/"
    assert Topic.objects.get(pk=topic.pk).change == 1


def test_the_tools_are_offered_to_moderators_only(signed_in, client, ada, mo, topic):
    def tools(client):
        page = client.get(topic.get_absolute_url()).content.decode()
        return [
            verb
            for verb in ("close", "pin", "move", "edit")
            if reverse(f"{verb}_topic", args=[topic.pk]) in page
        ]

    assert tools(client) == []
    assert tools(signed_in(ada)) == ["edit"]
    assert tools(signed_in(mo)) == ["close", "pin", "move", "edit"]
