import pytest

from forum.models import Category, Topic
from realtime.protocol import groups
from tests.support import world

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_is_private_agrees_with_the_models(lounge, help_category, iris):
    world.category("Inside the lounge", parent=lounge)
    world.category("Inside help", parent=help_category)
    world.category("Back room", readers=["Keepers"], parent=help_category)
    for category in Category.objects.all():
        Topic.objects.create(category=category, author=iris, title=category.name)
    private = set(Category.objects.private())

    assert len(private) == 3
    assert {
        topic.category for topic in groups.with_privacy(Topic.objects.all()) if topic.is_private
    } == private


def test_the_latest_topics_include_private_categories_that_the_reader_may_read(
    lounge, help_category, iris, ada
):
    from forum.pages.topic_lists import TopicList

    assert groups.for_list(TopicList(iris)) == [groups.LATEST, groups.of_category(lounge.pk)]
    assert groups.for_list(TopicList(ada)) == [groups.LATEST]
    assert groups.for_everyone(iris) == [groups.EVERYONE, groups.everyone_of(lounge.pk)]
