"""Groups are mentioned by a name of their own, by those who may, and their members are told."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from forum.models import GroupName, Level, TopicLevel, User
from forum.notifications import concerned, telling
from forum.notifications.models import Event, Notice
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def gardeners(db):
    group = world.group("People who garden")
    return GroupName.objects.create(group=group, name="Gardeners", by=GroupName.By.MEMBERS)


@pytest.fixture
def ivy(gardeners):
    member = world.member("ivy")
    member.groups.add(gardeners.group)
    return member


def test_its_members_are_told(topic, ada, grace, ivy, told):
    post = topic.reply(ada, "Dear @gardeners, dear @grace")

    group = ivy.groups.get()
    assert f'<span class="mention" data-group="{group.pk}">@Gardeners</span>' in post.html
    assert told(ivy) == ["Ada Lovelace mentioned @Gardeners in “Tea or coffee?”"]
    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]


def test_who_may_not_mention_it_tells_nobody(topic, ada, mo, ivy, gardeners, told):
    gardeners.by = GroupName.By.MODERATORS
    gardeners.save()
    topic.reply(ada, "@gardeners")
    assert told(ivy) == []
    topic.reply(mo, "@gardeners")

    assert told(ivy) == ["mo mentioned @Gardeners in “Tea or coffee?”"]


def test_one_is_told_once_and_of_the_nearest_reason(topic, ada, ivy, told):
    TopicLevel.objects.choose(ivy, topic, Level.WATCHING)
    post = topic.reply(ivy, "Hello")
    topic.reply(ada, "@gardeners", reply_to=post)

    assert told(ivy) == ["Ada Lovelace replied to you in “Tea or coffee?”"]


def test_what_is_quoted_mentions_nobody(topic, ada, grace, ivy, told):
    topic.reply(ada, "> @gardeners and @grace\n\nWell said.")

    assert told(ivy) == told(grace) == []


def test_an_edit_tells_all_members_whatever_is_killed(topic, ada, gardeners, told, monkeypatch):
    monkeypatch.setattr(concerned, "BATCH", 2)
    for n in range(5):
        world.member(f"gardener{n}").groups.add(gardeners.group)
    post = topic.reply(ada, "Hello")
    told(ada)
    post.edit(ada, "Hello @gardeners")
    event = Event.objects.take()
    telling.tell_some(event)
    Event.objects.update(due_at=event.created_at)
    telling.tell()

    assert Notice.objects.filter(kind="group").count() == 5
    assert not Event.objects.exists()


def test_who_may_not_see_the_post_is_not_told(lounge, iris, ivy, told):
    world.topic(iris, lounge, "Inside", "@gardeners")

    assert told(ivy) == []


def test_members_and_groups_can_not_have_names_that_look_alike(gardeners, ada):
    for name in ("gardeners", "GARDENERS", "g\N{CYRILLIC SMALL LETTER A}rdeners", "ada"):
        with pytest.raises(ValidationError):
            GroupName(group=world.group("Others"), name=name).full_clean()
        with pytest.raises(ValidationError):
            User(username=name, email="x@example.org").full_clean(exclude=["password"])


def test_a_name_that_is_given_up_is_free_again(gardeners):
    gardeners.name = "Growers"
    gardeners.full_clean()
    gardeners.save()
    User.objects.refuse_taken("gardeners")
    with pytest.raises(ValidationError):
        User.objects.refuse_taken("growers")
    gardeners.group.delete()

    User.objects.refuse_taken("growers")


def test_groups_are_completed_for_those_who_may_mention_them(signed_in, grace, mo, gardeners):
    path = reverse("complete_members") + "?text=gard"
    assert 'data-value="@Gardeners"' in signed_in(grace).get(path).text
    gardeners.by = GroupName.By.MODERATORS
    gardeners.save()

    assert "Gardeners" not in signed_in(grace).get(path).text
    assert 'data-value="@Gardeners"' in signed_in(mo).get(path).text


def test_owners_name_groups_in_the_admin(signed_in, olive):
    group = world.group("Knitters")
    client = signed_in(olive)
    fields = {
        "name": "Knitters",
        "mention-TOTAL_FORMS": "1",
        "mention-INITIAL_FORMS": "0",
        "mention-0-group": group.pk,
        "mention-0-by": "members",
    }
    path = reverse("admin:auth_group_change", args=[group.pk])
    answer = client.post(path, fields | {"mention-0-name": "olive"})
    assert "already taken" in answer.text
    assert client.post(path, fields | {"mention-0-name": "knitters"}).status_code == 302

    assert GroupName.objects.get().group == group
