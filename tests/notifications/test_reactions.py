"""Authors are told who reacts to their posts, a moment later and merged, and not by email."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.models import Attention, Level, MemberLevel, Reaction, TopicLevel
from forum.notifications import groups, telling
from forum.notifications.models import Event, Notice

pytestmark = pytest.mark.store


@pytest.fixture
def post(topic):
    return topic.posts.get()


@pytest.fixture
def said():
    """Tells what is due `later`, and returns what a member's unread notices say."""

    def texts(member, later=timedelta(seconds=30)):
        with time_machine.travel(timezone.now() + later, tick=False):
            telling.tell()
        return [group.text for group in groups.shown_to(member, unseen=True)[0]]

    return texts


def plain(texts):
    return [text.replace("\u2068", "").replace("\u2069", "") for text in texts]


def test_an_author_is_told_once_of_all_who_react(post, ada, grace, mo, iris, said):
    for member in (grace, mo, iris):
        post.react(member, "heart")
    post.react(iris, "laugh")

    assert plain(said(ada)) == ["iris and 2 others reacted to your post in “Tea or coffee?”"]
    assert Notice.objects.filter(member=ada).count() == 3
    assert not Event.objects.exists()


def test_nobody_is_told_at_once(post, ada, grace, said):
    post.react(grace, "heart")

    assert said(ada, timedelta(0)) == []
    assert said(ada) != []


def test_many_taps_are_one_event(post, ada, grace, mo):
    for member in (grace, mo):
        for name in ("heart", "laugh"):
            post.react(member, name)

    assert Event.objects.filter(kind="reacted").count() == 1


def test_what_is_taken_back_at_once_is_never_told(post, ada, grace, said):
    post.react(grace, "heart")
    post.react(grace, "heart", is_on=False)

    assert said(ada) == []


def test_what_is_taken_back_later_is_withdrawn(post, ada, grace, mo, said):
    post.react(grace, "heart")
    post.react(mo, "heart")
    said(ada)
    before = groups.unread(ada)

    post.react(mo, "heart", is_on=False)
    assert plain(said(ada)) == ["Grace Hopper reacted to your post in “Tea or coffee?”"]
    post.react(grace, "heart", is_on=False)

    assert said(ada) == []
    assert (before, groups.unread(ada)) == (1, 0)


def test_who_has_another_sign_left_is_still_told_of(post, ada, grace, said):
    post.react(grace, "heart")
    post.react(grace, "laugh")
    said(ada)
    post.react(grace, "laugh", is_on=False)

    assert len(said(ada)) == 1


def test_who_is_muted_or_ignored_is_not_told_of(post, ada, grace, mo, iris, said):
    MemberLevel.objects.choose(ada, grace, Attention.MUTED)
    MemberLevel.objects.choose(ada, mo, Attention.IGNORED)
    for member in (grace, mo, iris):
        post.react(member, "heart")

    assert plain(said(ada)) == ["iris reacted to your post in “Tea or coffee?”"]


def test_nothing_is_told_of_a_muted_topic(post, topic, ada, grace, said):
    TopicLevel.objects.choose(ada, topic, Level.MUTED)
    post.react(grace, "heart")

    assert said(ada) == []


def test_nothing_is_told_of_what_its_author_may_not_see(post, topic, ada, iris, lounge, said):
    post.react(iris, "heart")
    topic.move(lounge)

    assert said(ada) == []


def test_a_hidden_post_tells_nothing_while_it_is_hidden(post, ada, grace, mo, said):
    post.react(grace, "heart")
    said(ada)
    post.hide(mo)
    hidden = said(ada)
    post.restore()

    assert not any("reacted" in text for text in hidden)
    assert any("reacted" in text for text in said(ada))


def test_old_reactions_are_not_told_again_once_their_notices_are_gone(post, ada, grace, mo, said):
    post.react(grace, "heart")
    said(ada)
    Notice.objects.all().delete()
    Reaction.objects.update(at=timezone.now() - timedelta(days=90))
    post.react(mo, "heart")

    assert plain(said(ada)) == ["mo reacted to your post in “Tea or coffee?”"]


def test_no_email_is_sent_of_it(post, ada, grace, mailed):
    post.react(grace, "heart")
    with time_machine.travel(timezone.now() + timedelta(seconds=30), tick=False):
        assert mailed(ada) == []
    assert Notice.objects.filter(member=ada, kind="reaction").exists()
