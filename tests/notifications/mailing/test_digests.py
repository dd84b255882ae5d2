"""Digests: in the morning, what one hasn't seen since the last one; nothing else, and once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.mail import delivery
from forum.mail.models import Mail
from forum.models import Attention, CategoryLevel, Level, MemberLevel, Reading, TopicLevel
from forum.notifications import telling
from forum.notifications.mailing import digests, messages
from forum.notifications.mailing.times import next_digest
from forum.notifications.models import Digest, Notice, Preferences
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def watched(topic, grace):
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    return topic


@pytest.fixture
def digest_of(outbox, mailoutbox):
    """Tells all events, writes what is due a week later, and returns the emails to a member."""

    def messages(member):
        telling.tell()
        before = len(mailoutbox)
        with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
            digests.write_due()
            delivery.deliver()
        return [one for one in mailoutbox[before:] if one.to == [member.email]]

    return messages


def test_what_one_watches_comes_in_the_digest(watched, ada, grace, digest_of):
    post = watched.reply(ada, "Tea **is** better.")
    watched.reply(ada, "And cheaper.")
    other = world.topic(ada, watched.category, "Sugar?")
    telling.tell()
    TopicLevel.objects.choose(grace, other, Level.WATCHING)
    other.reply(ada, "No.")

    [message] = digest_of(grace)
    assert message.subject == "Ada Lovelace posted in “Sugar?”, and 1 more"
    for part in (message.body, message.alternatives[0].content):
        assert "What you missed at Parley" in part
        assert "2 new posts in “Tea or coffee?”" in part
        assert "And cheaper." in part
        assert f"http://127.0.0.1:8000/p/{post.pk}/" in part
    assert ".digest:" in message.extra_headers["List-Unsubscribe"]


def test_who_has_nothing_to_learn_gets_none(watched, ada, grace, digest_of):
    assert digest_of(grace) == []
    watched.reply(ada, "One")
    telling.tell()
    Reading.objects.record_seen(grace, watched.pk, 2)

    assert digest_of(grace) == []
    assert Digest.objects.get(member=grace).due_at is None


def test_nothing_is_in_two_digests(watched, ada, grace, digest_of):
    watched.reply(ada, "One")
    assert len(digest_of(grace)) == 1
    assert digest_of(grace) == []

    watched.reply(ada, "Two")
    [message] = digest_of(grace)
    assert "Two" in message.body
    assert "2 new posts" not in message.body


def test_what_comes_by_an_email_of_its_own_is_in_no_digest(watched, ada, grace, digest_of):
    watched.reply(ada, "@grace")

    assert digest_of(grace) == []


def test_a_long_digest_says_how_much_more_there_is(watched, ada, grace, digest_of, monkeypatch):
    monkeypatch.setattr(digests, "MOST_SHOWN", 2)
    for n in range(4):
        one = world.topic(ada, watched.category, f"Topic {n}")
        telling.tell()
        TopicLevel.objects.choose(grace, one, Level.WATCHING)
        one.reply(ada, "Text")

    [message] = digest_of(grace)
    assert message.subject == "Ada Lovelace posted in “Topic 3”, and 3 more"
    assert "And 2 more:\nhttp://127.0.0.1:8000/notifications/" in message.body
    assert "Topic 1" not in message.body


def test_what_came_by_an_email_is_in_no_later_digest(watched, ada, grace, mailed, digest_of):
    chosen = Preferences.objects.create(member=grace, ways={"post": {"mail": "single"}})
    watched.reply(ada, "One")
    assert len(mailed(grace)) == 1
    chosen.ways = {}
    chosen.save()
    watched.reply(ada, "Two")

    [message] = digest_of(grace)
    assert "2 new posts" not in message.body


# --- Asked again ---


def hide(post, mo, **_world):
    post.hide(mo)


def move_away(watched, lounge, mo, **_world):
    watched.move(lounge, mo)


def mute(watched, grace, **_world):
    TopicLevel.objects.choose(grace, watched, Level.MUTED)


def mute_category(watched, grace, **_world):
    TopicLevel.objects.filter(member=grace, topic=watched).delete()
    CategoryLevel.objects.choose(grace, watched.category, Level.MUTED)


def mute_parent(watched, grace, **_world):
    watched.category.parent = world.category("Above")
    watched.category.save()
    TopicLevel.objects.filter(member=grace, topic=watched).delete()
    CategoryLevel.objects.choose(grace, watched.category.parent, Level.MUTED)


def watch_no_more(watched, grace, **_world):
    TopicLevel.objects.choose(grace, watched, Level.TRACKING)


def mute_author(watched, grace, **_world):
    MemberLevel.objects.choose(grace, watched.author, Attention.MUTED)


def end(grace, **_world):
    Preferences.objects.create(member=grace, digest="off")


def choose_no_mail(grace, **_world):
    Preferences.objects.create(member=grace, ways={"post": {"mail": "off"}})


def pause(grace, **_world):
    Preferences.objects.create(member=grace, paused_until=date.today() + timedelta(days=90))


def lose_address(grace, **_world):
    grace.emailaddress_set.update(verified=False)


@pytest.mark.parametrize(
    "change",
    [
        hide,
        move_away,
        mute,
        mute_category,
        mute_parent,
        watch_no_more,
        mute_author,
        end,
        choose_no_mail,
        pause,
        lose_address,
    ],
)
def test_everything_is_asked_again(watched, ada, grace, mo, lounge, digest_of, change):
    post = watched.reply(ada, "One")
    telling.tell()
    change(watched=watched, post=post, grace=grace, mo=mo, lounge=lounge)

    assert digest_of(grace) == []


def test_a_topic_that_is_watched_in_a_muted_category_is_in_the_digest(
    watched, ada, grace, digest_of
):
    CategoryLevel.objects.choose(grace, watched.category, Level.MUTED)
    watched.reply(ada, "One")

    assert len(digest_of(grace)) == 1


def test_who_still_follows_the_author_learns_of_a_topic_that_is_watched_no_more(
    watched, ada, grace, digest_of
):
    watched.reply(ada, "One")
    telling.tell()
    MemberLevel.objects.choose(grace, ada, Attention.FOLLOWED)
    watch_no_more(watched, grace)

    assert len(digest_of(grace)) == 1


def test_members_of_private_categories_are_shown_theirs(lounge, iris, digest_of):
    topic = world.topic(world.insider("ivo"), lounge, "Inside")
    TopicLevel.objects.choose(iris, topic, Level.WATCHING)
    topic.reply(topic.author, "Secret")

    [message] = digest_of(iris)
    assert "Inside" in message.body


# --- When ---


@pytest.mark.parametrize(
    ("fields", "at", "due_at"),
    [
        ({}, (2026, 6, 1, 7, 59), (2026, 6, 1, 8, 0)),
        ({}, (2026, 6, 1, 8, 0), (2026, 6, 2, 8, 0)),
        ({"time_zone": "Asia/Kathmandu"}, (2026, 6, 1, 2, 0), (2026, 6, 1, 2, 15)),
        ({"time_zone": "Asia/Kathmandu"}, (2026, 6, 1, 20, 0), (2026, 6, 2, 2, 15)),
        ({"digest": "weekly"}, (2026, 6, 1, 7, 0), (2026, 6, 1, 8, 0)),  # a Monday
        ({"digest": "weekly"}, (2026, 6, 1, 9, 0), (2026, 6, 8, 8, 0)),
        ({"digest": "weekly"}, (2026, 6, 4, 9, 0), (2026, 6, 8, 8, 0)),
        ({"quiet_from": time(22), "quiet_to": time(9)}, (2026, 6, 1, 7, 0), (2026, 6, 1, 9, 0)),
        ({"time_zone": "Europe/Berlin"}, (2026, 3, 28, 12, 0), (2026, 3, 29, 6, 0)),
        ({"time_zone": "Europe/Berlin"}, (2026, 10, 24, 12, 0), (2026, 10, 25, 7, 0)),
    ],
)
def test_digests_come_in_the_morning_of_their_member(fields, at, due_at):
    assert next_digest(Preferences(**fields), datetime(*at, tzinfo=UTC)) == datetime(
        *due_at, tzinfo=UTC
    )


def test_a_change_of_the_settings_counts_for_what_waits(watched, ada, grace, signed_in, told):
    watched.reply(ada, "One")
    told(grace)
    client, path = signed_in(grace), "/settings/notifications/"
    form = client.get(path).context["form"]
    chosen = {name: value for name in form.fields if (value := form[name].value())}
    client.post(path, chosen | {"digest": "weekly"})
    assert timezone.localtime(Digest.objects.get().due_at).weekday() == 0

    client.post(path, chosen | {"digest": "off"})
    assert Digest.objects.get().due_at is None


# --- Once ---


@pytest.fixture
def readers(topic, ada):
    """Five members with a digest that is due."""
    members = [world.member(f"reader{n}") for n in range(5)]
    for member in members:
        TopicLevel.objects.choose(member, topic, Level.WATCHING)
    topic.reply(ada, "News")
    telling.tell()
    Digest.objects.update(due_at=timezone.now())
    return members


def addressees():
    return sorted(Mail.objects.values_list("to", flat=True))


def test_a_killed_worker_has_written_nothing_and_the_next_one_writes_each(
    readers, outbox, monkeypatch
):
    monkeypatch.setattr(digests, "BATCH", 2)
    digests.write_batch()
    written, of = len(addressees()), messages.digest
    with monkeypatch.context() as patched:
        left = [1]

        def killed(*arguments):
            if not left:
                raise KeyboardInterrupt
            left.pop()
            return of(*arguments)

        patched.setattr(messages, "digest", killed)
        with pytest.raises(KeyboardInterrupt):
            digests.write_due()
    assert len(addressees()) == written == 2

    with monkeypatch.context() as patched:
        patched.setattr(type(Digest.objects), "bulk_update", dies)
        with pytest.raises(KeyboardInterrupt):
            digests.write_due()
    assert len(addressees()) == 2

    digests.write_due()
    digests.write_due()
    assert addressees() == [member.email for member in readers]


def dies(*_arguments):
    raise KeyboardInterrupt


def test_one_that_fails_is_tried_again_and_others_are_written(readers, outbox, monkeypatch):
    of = messages.digest

    def fail(found, more, recipient):
        if recipient.member == readers[2]:
            raise ValueError("poison")
        return of(found, more, recipient)

    monkeypatch.setattr(messages, "digest", fail)
    digests.write_due()

    assert addressees() == [member.email for member in readers if member != readers[2]]
    failed = Digest.objects.get(member=readers[2])
    assert failed.error == "poison"
    assert failed.due_at > timezone.now()


def test_a_full_outbox_ends_the_job(readers, outbox, monkeypatch):
    monkeypatch.setattr(Mail.objects.__class__, "has_room", lambda _self, _most=0: False)
    digests.write_due()

    assert Digest.objects.due().count() == 5


def test_members_share_the_queries_of_a_batch(readers, outbox, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        digests.write_batch()

    assert Mail.objects.count() == 5
    assert Notice.objects.filter(seen_at=None).count() == 5
