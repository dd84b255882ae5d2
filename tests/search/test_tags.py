"""Search knows the tags of topics."""

import pytest

from forum.models import Topic
from forum.search import standing
from forum.search.models import Match
from forum.tagging import showing
from tests.support import world


@pytest.fixture
def tea(db):
    return world.tag("Black tea", synonyms=["chai"])


@pytest.fixture
def tagged(ada, help_category, tea):
    return Topic.start(ada, help_category, "Kettles", "Which one?", tagged=[tea])


@pytest.mark.parametrize("name", ["black-tea", "Black_Tea", "chai"])
def test_posts_of_topics_with_a_tag_are_found(found, tagged, says, ada, name):
    says("Which one?")
    tagged.reply(ada, "The red one")

    assert set(found(f"tag:{name}")) == {"Which one?", "The red one"}
    assert found(f"red tag:{name}") == ["The red one"]


def test_search_follows_the_tags_of_topics(found, tagged, tea):
    other = world.tag("coffee")
    tagged.tag([other])

    assert found("tag:chai") == []
    assert found("tag:coffee") == ["Which one?"]
    tagged.tag([tea, other])
    assert found("tag:chai tag:coffee") == ["Which one?"]


def test_a_merged_tag_is_found_by_its_names(found, tagged, tea):
    tea.merge_into(world.tag("drinks"))
    showing.show()

    assert found("tag:chai") == found("tag:drinks") == ["Which one?"]


def test_tags_that_one_may_not_know_are_like_none(client, iris, lounge):
    world.tag("plans", categories=[lounge])

    for name in ("plans", "nothing"):
        assert f"There is no tag {name}." in client.get(f"/search/?q=tag:{name}").text


def test_the_form_has_a_field_for_a_tag(client, tea):
    form = client.get("/search/", {"q": "tea tag:chai"}).context["form"]

    assert (form["q"].value(), form["tag"].value()) == ("tea", "Black tea")
    sent = client.get("/search/", {"q": "tea", "tag": "Black tea"})
    assert sent.url == "/search/?q=tea+tag%3Ablack-tea"


def test_standing_searches_find_what_is_posted_in_topics_with_a_tag(grace, tagged, ada, says):
    search = standing.save(grace, "tag:chai")
    tagged.reply(ada, "The red one")
    says("Another topic")
    standing.match_posts()

    assert [match.post.body for match in search.matches.all()] == ["The red one"]


def test_standing_searches_outlive_a_merger(grace, tagged, tea, ada):
    standing.save(grace, "tag:chai")
    tea.merge_into(world.tag("drinks"))
    showing.show()
    tagged.reply(ada, "The red one")
    standing.match_posts()

    assert [match.post.body for match in Match.objects.all()] == ["The red one"]
