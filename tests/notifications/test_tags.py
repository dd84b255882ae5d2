"""Members follow tags as they follow categories."""

import pytest
from django.urls import reverse

from forum.models import CategoryLevel, Level, TagLevel, TopicLevel
from tests.support import world


@pytest.fixture
def tea(db):
    return world.tag("tea")


def test_a_watched_tag_tells_of_topics_and_posts(help_category, ada, grace, tea, told):
    TagLevel.objects.choose(grace, tea, Level.WATCHING)
    topic = world.topic(ada, help_category, "Sugar?", tagged=[tea, world.tag("sugar")])
    world.topic(ada, help_category, "Coffee?", tagged=[world.tag("coffee")])
    assert told(grace) == ["Ada Lovelace began “Sugar?”"]
    topic.reply(ada, "Or honey?")

    assert told(grace) == ["Ada Lovelace posted in “Sugar?”", "Ada Lovelace began “Sugar?”"]


def test_nobody_is_told_twice_who_watches_several_of_its_tags(help_category, ada, grace, tea, told):
    other = world.tag("sugar")
    for tag in (tea, other):
        TagLevel.objects.choose(grace, tag, Level.WATCHING)
    world.topic(ada, help_category, "Sugar?", tagged=[tea, other])

    assert told(grace) == ["Ada Lovelace began “Sugar?”"]


def test_a_muted_tag_hides_mentions_as_a_muted_category_does(help_category, ada, grace, tea, told):
    TagLevel.objects.choose(grace, tea, Level.MUTED)
    topic = world.topic(ada, help_category, body="@grace", tagged=[tea])
    assert told(grace) == []

    topic.tag([])
    topic.reply(ada, "@grace again")
    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]


@pytest.mark.parametrize(
    ("levels", "is_told"),
    [
        ({"tag": Level.WATCHING, "category": Level.NORMAL}, False),
        ({"tag": Level.WATCHING, "category": Level.MUTED, "topic": Level.WATCHING}, True),
        ({"tag": Level.WATCHING, "other": Level.MUTED}, True),
        ({"tag": Level.MUTED, "category": Level.WATCHING}, True),
        ({"tag": Level.WATCHING, "topic": Level.NORMAL}, False),
    ],
)
def test_topic_before_category_before_the_highest_of_the_tags(
    topic, ada, grace, tea, told, levels, is_told
):
    other = world.tag("other")
    topic.tag([tea, other])
    for name, level in levels.items():
        about = {"tag": tea, "other": other, "category": topic.category, "topic": topic}[name]
        model = {"category": CategoryLevel, "topic": TopicLevel}.get(name, TagLevel)
        model.objects.choose(grace, about, level)
    told(grace)

    topic.reply(ada, "News")

    assert bool(told(grace)) == is_told


def test_watching_a_tag_shows_nobody_what_they_may_not_see(iris, lounge, grace, tea, told):
    TagLevel.objects.choose(grace, tea, Level.WATCHING)
    world.topic(iris, lounge, "Secret plans", tagged=[tea])

    assert told(grace) == []


def test_a_level_is_chosen_on_the_page_of_the_tag_and_listed(signed_in, grace, tea):
    client, form = signed_in(grace), reverse("tag_level", args=[tea.slug])
    assert f'href="{form}"' in client.get(tea.get_absolute_url()).content.decode()

    client.post(form, {"level": "3"})

    assert "Watching" in client.get(tea.get_absolute_url()).content.decode()
    assert "Watching: tea" in client.get("/following/").content.decode()
    assert "Watching" in client.get(f"{form}?label", headers={"X-Requested-With": "part"}).text


def test_tags_that_one_may_not_know_have_no_levels(signed_in, ada, iris, lounge):
    plans = world.tag("plans", categories=[lounge])
    TagLevel.objects.choose(ada, plans, Level.WATCHING)
    client = signed_in(ada)

    assert client.get(reverse("tag_level", args=[plans.slug])).status_code == 404
    assert "plans" not in client.get("/following/").content.decode()


def test_the_personal_stream_has_the_level_of_a_tag(grace, tea):
    from forum.pages import personal

    TagLevel.objects.choose(grace, tea, Level.WATCHING)

    assert personal.load(grace, "level", [f"tag:{tea.pk}"]) == {f"tag:{tea.pk}": Level.WATCHING}
