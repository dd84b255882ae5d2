"""Who uses the forum as a mailing list gets each post at once by email, and no more on pages."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from forum.models import CategoryLevel, Level, PersonalChange, Reading, TopicLevel
from forum.notifications import groups
from forum.notifications.models import Delivery, Notice, Preferences
from forum.search import standing
from tests.support import world

pytestmark = pytest.mark.store
AT_ONCE = timedelta(seconds=1)


@pytest.fixture
def listening(grace, topic):
    return Preferences.objects.create(member=grace, mailing_list=True)


def test_each_post_comes_at_once_and_is_on_no_page(listening, topic, ada, grace, mailed):
    for n in range(7):
        topic.reply(ada, f"Number {n}")
    other = world.topic(ada, topic.category, "Sugar?", "Or honey?")

    received = mailed(grace, AT_ONCE)
    assert [one.subject for one in received] == ["Re: Tea or coffee?"] * 7 + ["Sugar?"]
    assert "Ada Lovelace began “Sugar?”" in received[-1].body
    assert "Number 3" in received[3].body
    assert groups.shown_to(grace)[0] == []
    assert groups.unread(grace) == 0
    assert other.pk


def test_pages_learn_nothing_of_it(listening, topic, ada, grace, told):
    topic.reply(ada, "One")
    told(grace)

    assert Notice.objects.filter(member=grace).exists()
    assert not PersonalChange.objects.filter(member=grace, kind="notice").exists()


def test_it_comes_seen_or_not_and_in_no_digest(listening, topic, ada, grace, told, mailed):
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    topic.reply(ada, "One")
    assert told(grace) == ["Ada Lovelace posted in “Tea or coffee?”"]
    Reading.objects.record_seen(grace, topic.pk, 2)

    assert len(mailed(grace, AT_ONCE)) == 1
    assert not Notice.objects.filter(member=grace, delivery=None).exists()


def test_it_comes_from_a_topic_that_was_watched_until_now(
    listening, topic, ada, grace, told, mailed
):
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    topic.reply(ada, "One")
    told(grace)
    TopicLevel.objects.choose(grace, topic, Level.NORMAL)

    assert len(mailed(grace, AT_ONCE)) == 1


def test_it_comes_when_it_was_read_before_it_was_told(listening, topic, ada, grace, mailed):
    topic.reply(ada, "One")
    Reading.objects.record_seen(grace, topic.pk, 2)

    assert len(mailed(grace, AT_ONCE)) == 1
    assert groups.unread(grace) == 0


def test_ones_own_posts_and_what_is_muted_do_not_come(listening, topic, lounge, ada, grace, mailed):
    topic.reply(grace, "Mine")
    muted = world.category("Muted")
    CategoryLevel.objects.choose(grace, muted, Level.MUTED)
    world.topic(ada, muted)
    world.topic(world.insider("ivo"), lounge)

    assert mailed(grace, AT_ONCE) == []


def test_visibility_is_asked_again(listening, topic, ada, mo, grace, told, mailed):
    topic.reply(ada, "One").hide(mo)
    assert mailed(grace, AT_ONCE) == []

    post = topic.reply(ada, "Two")
    told(grace)
    assert Delivery.objects.filter(notice__post=post).exists()
    post.hide(mo)
    assert mailed(grace, AT_ONCE) == []


def test_many_are_sent_in_portions(listening, topic, ada, grace, mailed, monkeypatch):
    monkeypatch.setattr("forum.notifications.mailing.sending.MOST_LISTED", 2)
    for n in range(5):
        topic.reply(ada, f"Number {n}")

    assert len(mailed(grace, AT_ONCE)) == 5
    assert not Delivery.objects.filter(sent_at=None).exists()


def test_what_a_search_finds_or_an_edit_adds_is_on_pages_all_the_same(
    listening, topic, ada, grace, told, mailed
):
    standing.save(grace, "tickets")
    post = topic.reply(ada, "Two tickets")
    assert told(grace) == []
    standing.match_posts()
    assert told(grace) == ["Your search “tickets” found a post in “Tea or coffee?”"]
    post.edit(ada, "Two tickets, @grace")
    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]

    assert len(mailed(grace)) == 1


def test_one_press_leaves_the_list_and_what_waits_is_not_sent(
    listening, topic, ada, grace, client, told, mailed
):
    topic.reply(ada, "One")
    [message] = mailed(grace, AT_ONCE)
    topic.reply(ada, "Two")
    told(grace)
    address = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert "emails of every post" in client.get(urlsplit(address).path).content.decode()
    client.post(urlsplit(address).path)

    assert mailed(grace) == []
    topic.reply(ada, "Three")
    assert mailed(grace) == []


def test_other_notices_wait_as_usual(listening, topic, grace, mo, mailed):
    mine = world.topic(grace, topic.category, "Mine")
    mine.close(mo)

    assert mailed(grace, AT_ONCE) == []
    [message] = mailed(grace)
    assert message.subject == "“Mine” was closed"
