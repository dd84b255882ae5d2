"""Authors are told that their post was accepted as the answer."""

import pytest

from forum.models import Attention, Level, MemberLevel, TopicLevel
from forum.notifications import groups, telling
from forum.notifications.models import Event, Notice

pytestmark = pytest.mark.store


@pytest.fixture
def reply(topic, grace):
    reply = topic.reply(grace, "Tea, of course.")
    telling.tell()
    return reply


@pytest.fixture
def said():
    """Tells what is due, and returns what a member's unread notices of this kind say."""

    def texts(member):
        telling.tell()
        shown = groups.shown_to(member, unseen=True)[0]
        return [group.text for group in shown if group.latest.kind == "accepted"]

    return texts


def test_an_author_is_told_that_their_post_is_the_answer(reply, ada, grace, said):
    reply.accept(ada)

    told = [text.replace("\u2068", "").replace("\u2069", "") for text in said(grace)]
    assert told == ["Ada Lovelace accepted your answer to “Tea or coffee?”"]
    assert said(ada) == []
    assert not Event.objects.exists()


def test_nobody_is_told_of_what_they_accept_themselves(topic, ada, said):
    topic.reply(ada, "I know it now.").accept(ada)

    assert said(ada) == []


def test_what_is_taken_back_unseen_is_withdrawn(reply, ada, grace, said):
    reply.accept(ada)
    said(grace)
    before = groups.unread(grace)
    reply.take_back(ada)

    assert said(grace) == []
    assert groups.unread(grace) == before - 1


def test_what_is_taken_back_at_once_is_never_told(reply, ada, grace, said):
    reply.accept(ada)
    reply.take_back(ada)

    assert said(grace) == []
    assert not Notice.objects.filter(kind="accepted").exists()


def test_who_loses_to_a_better_answer_is_told_no_more(reply, topic, ada, grace, mo, said):
    reply.accept(ada)
    said(grace)
    topic.reply(mo, "Coffee.").accept(ada)

    assert said(grace) == []
    assert len(said(mo)) == 1


def test_the_same_post_is_told_once(reply, ada, grace, said):
    for _ in range(2):
        reply.accept(ada)
        said(grace)
        reply.take_back(ada)
        said(grace)
    reply.accept(ada)

    assert len(said(grace)) == 1


def test_a_hidden_answer_tells_nothing(reply, ada, grace, mo, said):
    reply.accept(ada)
    reply.hide(mo)

    assert said(grace) == []


def test_nothing_is_told_of_who_or_what_is_muted(reply, topic, ada, grace, said):
    MemberLevel.objects.choose(grace, ada, Attention.MUTED)
    reply.accept(ada)
    muted_member = said(grace)
    MemberLevel.objects.choose(grace, ada, None)
    TopicLevel.objects.choose(grace, topic, Level.MUTED)
    reply.take_back(ada)
    reply.accept(ada)

    assert muted_member == said(grace) == []


def test_nothing_is_told_of_what_the_author_may_not_see(reply, topic, ada, grace, lounge, said):
    reply.accept(ada)
    topic.move(lounge)

    assert said(grace) == []
