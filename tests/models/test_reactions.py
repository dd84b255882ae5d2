"""Members react to posts with signs, which are counted on the post."""

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, transaction

from forum.models import PersonalChange, Post, Reaction, Topic

pytestmark = pytest.mark.store


@pytest.fixture
def post(topic):
    return topic.posts.get()


def test_a_reaction_is_counted_on_its_post(post, grace, mo):
    post.react(grace, "heart")
    post.react(mo, "heart")
    post.react(mo, "laugh")

    assert post.reactions == {"heart": 2, "laugh": 1}


def test_what_is_taken_back_is_counted_no_more(post, grace):
    post.react(grace, "heart")
    post.react(grace, "heart", is_on=False)

    assert post.reactions == {}
    assert not Reaction.objects.exists()


def test_the_same_twice_changes_nothing(post, grace):
    post.react(grace, "heart")
    change = post.change
    post.react(grace, "heart")
    post.react(grace, "laugh", is_on=False)

    assert (post.reactions, post.change) == ({"heart": 1}, change)


def test_the_database_refuses_the_same_reaction_twice(post, grace):
    Reaction.objects.create(post=post, member=grace, name="heart")

    with pytest.raises(IntegrityError), transaction.atomic():
        Reaction.objects.create(post=post, member=grace, name="heart")


def test_a_reaction_takes_a_change_number_of_the_topic_but_none_of_its_row(topic, post, grace):
    before = Topic.objects.get(pk=topic.pk)

    post.react(grace, "heart")

    now = Topic.objects.get(pk=topic.pk)
    assert post.change == now.change == before.change + 1
    assert (now.row_change, now.bumped_at, now.header_change) == (
        before.row_change,
        before.bumped_at,
        before.header_change,
    )


def test_a_stale_post_that_is_saved_keeps_the_reactions(post, grace):
    stale = Post.objects.get(pk=post.pk)
    post.react(grace, "heart")

    stale.edit(stale.author, "Another text.")

    assert Post.objects.get(pk=post.pk).reactions == {"heart": 1}


def test_signs_are_shown_in_the_order_of_the_settings_and_the_first_one_always(
    post, grace, mo, settings
):
    settings.REACTIONS = ["heart", "laugh", "thanks"]
    post.react(grace, "thanks")
    post.react(mo, "star")

    shown = [(sign.name, count) for sign, count in post.shown_reactions]
    assert shown == [("heart", 0), ("thanks", 1)]


def test_a_member_is_told_on_all_their_pages(post, grace):
    post.react(grace, "heart")
    post.react(grace, "laugh")

    change = PersonalChange.objects.get(member=grace, kind="reaction")
    assert change.key == str(post.pk)
    assert Reaction.objects.personal(grace, [change.key]) == {str(post.pk): ["heart", "laugh"]}


def test_nobody_is_told_of_what_they_may_not_see_any_more(post, topic, grace, lounge):
    post.react(grace, "heart")
    topic.move(lounge)

    assert Reaction.objects.personal(grace, [str(post.pk)]) == {}


@pytest.mark.parametrize("names", [["heart", "nonsense"], ["heart", "heart"]])
def test_a_setting_that_makes_no_sense_is_reported(settings, names):
    settings.REACTIONS = names

    assert [error.id for error in run_checks() if error.id == "forum.E007"] == ["forum.E007"]
