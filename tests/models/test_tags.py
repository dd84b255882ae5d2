"""Members give their topics tags, which have names and may be limited to groups and categories."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from forum.models import Tag, Topic, TopicTag
from forum.models.tags import TagCount, key_of
from tests.support import world
from tests.support.concurrency import at_once
from tests.support.events import heard

GUEST = AnonymousUser()


def names(topic):
    return [tag.name for tag in Topic.objects.get(pk=topic.pk).tags]


def count(tag, user):
    return Tag.objects.visible_to(user).with_counts(user).get(pk=tag.pk).topics


# --- Names ---


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Tea", "tea"),
        ("#tea", "tea"),
        ("Machine  learning", "machine-learning"),
        ("machine_learning", "machine-learning"),
        ("C++", "c++"),
        ("C#", "c#"),
        ("Ｔｅａ", "tea"),
        ("ТЕА", "теа"),
        ("#", ""),
        ("x" * 500, ""),
    ],
)
def test_a_name_is_found_however_it_is_written(name, key):
    assert key_of(name) == key


def test_each_tag_has_an_address_of_its_own(db):
    assert [world.tag(name).slug for name in ("C", "C++", "C#", "Tee für zwei", "+1")] == [
        "c",
        "c-2",
        "c-3",
        "tee-für-zwei",
        "1",
    ]


def test_a_synonym_leads_to_its_tag(db):
    tag = world.tag("JavaScript", synonyms=["js", "ECMAScript"])

    assert Tag.objects.named(["JS", "ecmascript", "tea"]) == {"JS": tag, "ecmascript": tag}
    assert [one.name for one in tag.synonyms] == ["ECMAScript", "js"]


def test_a_name_belongs_to_one_tag(db):
    world.tag("tea", synonyms=["chai"])
    other = world.tag("coffee")

    for name in ("Tea", "Chai"):
        with pytest.raises(ValidationError, match="already"):
            Tag.make(name)
        with pytest.raises(ValidationError, match="already"):
            other.call([name])
    assert Tag.objects.count() == 2


@pytest.mark.parametrize("name", ["a, b", "a; b", "“tea”", "#", "", "a\u200bb", "x" * 41])
def test_odd_names_are_refused(db, name):
    with pytest.raises(ValidationError):
        world.tag("tea").call([name])


def test_a_new_name_leaves_the_former_one_as_a_synonym_with_its_address(db):
    tag = world.tag("Tea")
    tag.name = "Hot drinks"
    tag.save()

    assert tag.slug == "hot-drinks"
    assert [(one.name, one.slug) for one in tag.synonyms] == [("Tea", "tea")]

    tag.name = "Tea"
    tag.save()
    assert tag.slug == "tea"
    assert [one.name for one in tag.synonyms] == ["Hot drinks"]


def test_a_name_in_other_letters_is_no_other_name(db):
    tag = world.tag("tea")
    tag.name = "TEA"
    tag.save()

    assert (tag.slug, tag.synonyms, tag.names.get().name) == ("tea", [], "TEA")


# --- The tags of a topic ---


def test_a_topic_has_its_tags_in_the_order_of_their_names(ada, help_category):
    topic = world.topic(ada, help_category, tagged=[world.tag("tea"), world.tag("Coffee")])

    assert names(topic) == ["Coffee", "tea"]
    assert topic.change == 1  # that of its first post


def test_other_tags_are_one_change_of_header_and_row(topic, django_capture_on_commit_callbacks):
    tea = world.tag("tea")
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        topic.tag([tea])
        topic.tag([tea])

    assert news == [("tagged", 2, None)]
    assert (topic.change, topic.header_change, topic.row_change) == (2, 2, 2)
    assert names(topic) == ["tea"]


def test_a_stale_topic_never_brings_former_tags_back(topic, ada):
    stale = Topic.objects.get(pk=topic.pk)
    topic.tag([world.tag("tea")])

    stale.reply(ada, "Hello")
    stale.rename("Another title")

    assert names(topic) == ["tea"]


def test_a_tag_lists_its_topics_by_their_activity(ada, help_category, mo):
    tea = world.tag("tea")
    first, second = (world.topic(ada, help_category, tagged=[tea]) for _ in range(2))

    def listed():
        return [row.topic_id for row in TopicTag.objects.order_by("-bumped_at", "-topic")]

    assert listed() == [second.pk, first.pk]
    reply = first.reply(mo, "Up.")
    assert listed() == [first.pk, second.pk]
    reply.hide(mo)
    assert listed() == [second.pk, first.pk]


# --- Counts ---


def test_readers_are_told_the_number_of_topics_they_may_see(ada, iris, olive, topic, lounge):
    tea = world.tag("tea")
    topic.tag([tea])
    secret = world.topic(iris, lounge, tagged=[tea])

    assert [count(tea, user) for user in (GUEST, ada, iris, olive)] == [1, 1, 2, 2]

    secret.move(topic.category)
    assert [count(tea, user) for user in (GUEST, iris)] == [2, 2]

    topic.move(lounge)
    secret.tag([])
    assert [count(tea, user) for user in (GUEST, iris)] == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_counts_are_right_whoever_tags_and_moves_at_once(ada, help_category):
    ideas, tags = world.category("Ideas"), [world.tag(name) for name in "abc"]
    topics = [world.topic(ada, help_category) for _ in range(6)]

    def act(n):
        topic = Topic.objects.get(pk=topics[n].pk)
        topic.tag(tags)
        topic.move(ideas if n % 2 else help_category)
        topic.tag(tags[n % 3 :])

    at_once(*[lambda n=n: act(n) for n in range(6)])

    for tag in tags:
        for category in (help_category, ideas):
            real = TopicTag.objects.filter(tag=tag, topic__category=category).count()
            row = TagCount.objects.filter(tag=tag, category=category).first()
            assert (row.topics if row else 0) == real


# --- Who sees and uses them ---


def test_a_tag_of_a_private_category_is_known_to_its_readers_alone(ada, iris, olive, lounge, topic):
    world.tag("plans", categories=[lounge])

    for user in (GUEST, ada):
        assert not Tag.objects.visible_to(user).exists()
    for user in (iris, olive):
        assert Tag.objects.visible_to(user).exists()


def test_a_tag_is_known_to_whoever_sees_a_topic_with_it(ada, iris, lounge, help_category):
    tag = world.tag("plans", categories=[lounge])
    topic = world.topic(iris, lounge, tagged=[tag])

    topic.move(help_category)

    assert Tag.objects.visible_to(ada).get() == tag


def test_members_use_the_tags_of_a_category_and_of_their_groups(ada, iris, olive, help_category):
    inside = world.category("Brewing", parent=help_category)
    world.tag("everywhere")
    world.tag("help", categories=[help_category])
    world.tag("staff", groups=["Insiders"])
    world.tag("elsewhere", categories=[world.category("Ideas")])

    def usable(user, category):
        return [tag.name for tag in Tag.objects.usable_by(user, category).in_order()]

    assert usable(ada, help_category) == ["everywhere", "help"]
    assert usable(ada, inside) == ["everywhere", "help"]
    assert usable(iris, help_category) == ["everywhere", "help", "staff"]
    assert usable(olive, inside) == ["everywhere", "help", "staff"]


def test_a_group_that_may_use_a_tag_stays(db):
    world.tag("staff", groups=["Insiders"])

    with pytest.raises(ProtectedError):
        world.group("Insiders").delete()
