import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from forum.models import Category, Topic
from forum.pages.topic_lists import SIZE, WITH_TAG, BadKey, TopicList, read_key
from tests.support import world


def titles(topic_list, before=None):
    names = dict(Topic.objects.values_list("pk", "title"))
    return [names[place.pk] for place in topic_list.page(before)[0]]


def test_the_latest_stands_first(ada, help_category):
    old, new = (world.topic(ada, help_category, title=title) for title in ("Old", "New"))
    assert titles(TopicList(ada)) == ["New", "Old"]

    old.reply(ada, "Up again.")
    assert titles(TopicList(ada)) == ["Old", "New"]


def test_equal_moments_lose_nobody_at_the_end_of_a_page(ada, help_category):
    now = timezone.now()
    for n in range(SIZE * 2 + 1):
        Topic.objects.create(author=ada, category=help_category, title=f"Topic {n}", bumped_at=now)

    seen, before = [], None
    while before != "":
        page, before = TopicList(ada).page(before)
        seen += [topic.pk for topic in page]
    assert seen == sorted(Topic.objects.values_list("pk", flat=True), reverse=True)


def test_however_many_are_pinned_none_is_missing(ada, help_category):
    for n in range(12):
        world.topic(ada, help_category, title=f"Topic {n}").pin()

    assert titles(TopicList(ada)) == [f"Topic {n}" for n in range(11, -1, -1)]


def test_a_key_is_read_as_it_was_written(topic):
    assert read_key(topic.key) == (topic.bumped_at, topic.pk)
    with pytest.raises(BadKey):
        read_key(topic.key.replace("Z", "+01:00"))


def test_lists_have_names(ada, lounge, iris, help_category):
    assert TopicList.named("latest", ada).name == "latest"
    assert TopicList.named(f"category:{help_category.pk}", ada).category == help_category
    assert TopicList.named(f"category:{lounge.pk}", iris).name == f"category:{lounge.pk}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "category",
        "category:",
        "category:x",
        "category:٣",
        "category:0",
        "latest:1",
        "x:1",
        "category:" + "9" * 18,
        "tag",
        "tag:x",
        "category:" + "9" * 5000,
        "category:1\0",
    ],
)
def test_a_list_of_no_known_name_is_missing(db, name):
    with pytest.raises(Category.DoesNotExist):
        TopicList.named(name, AnonymousUser())


def test_a_private_list_is_missing_for_others(ada, mo, lounge):
    for user in (ada, mo, AnonymousUser()):
        with pytest.raises(Category.DoesNotExist):
            TopicList.named(f"category:{lounge.pk}", user)


def test_a_list_of_a_tag_is_read_along_its_index_without_sorting(ada, help_category):
    """Conditions of a later filter() would add a join, and with that sort all topics of the tag."""
    topic = world.topic(ada, help_category, tagged=[world.tag()])
    tag = topic.tags[0].pk
    queries = (
        WITH_TAG.unpinned(ada, tag),
        WITH_TAG.unpinned(ada, tag, before=(topic.bumped_at, topic.pk)),
        WITH_TAG.above(ada, tag, after=(topic.bumped_at, topic.pk)),
    )

    for query in queries:
        assert str(query.query).count('JOIN "forum_topictag"') == 1
