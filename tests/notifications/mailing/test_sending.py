"""Members get an email of what they haven't seen by then, once, if they still want and may."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from forum.mail.bounces import record_bounce
from forum.mail.models import Mail
from forum.models import (
    Attention,
    CategoryLevel,
    Level,
    MemberLevel,
    Reading,
    TopicLevel,
    User,
)
from forum.notifications import telling
from forum.notifications.mailing import messages, sending
from forum.notifications.models import Delivery, Notice, Preferences
from forum.search import standing
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def mentioned(topic, ada, grace, told):
    """A post that mentions Grace, of which she has been told."""
    post = topic.reply(ada, "@grace, tea?")
    told(grace)
    return post


def later(**delta):
    return time_machine.travel(timezone.now() + timedelta(**delta), tick=False)


# --- When ---


def test_nothing_is_sent_of_a_member_who_was_muted_meanwhile(topic, ada, grace, told, mailed):
    topic.reply(ada, "@grace")
    assert told(grace)
    MemberLevel.objects.choose(grace, ada, Attention.MUTED)

    assert mailed(grace) == []


def test_a_mention_is_mailed_after_the_delay(mentioned, grace, outbox, mailed):
    with later(minutes=9):
        sending.deliver()
    assert not Mail.objects.exists()

    [message] = mailed(grace)
    assert "Ada Lovelace mentioned you in “Tea or coffee?”" in message.body
    assert mailed(grace) == []


def test_nobody_fills_a_mailbox(topic, ada, grace, iris, mailed):
    for n in range(18):
        topic.reply(ada, f"@grace, {n}")
        with time_machine.travel(timezone.now() + timedelta(minutes=n), tick=False):
            assert len(mailed(grace)) == (1 if n < 10 else 0), n
    topic.reply(ada, "@iris")
    assert len(mailed(iris)) == 1

    [rest] = mailed(grace, timedelta(hours=3))
    assert rest.subject == "8 notifications"
    assert mailed(grace, timedelta(hours=9)) == []


def test_who_wants_an_email_for_every_post_gets_them(topic, ada, grace, mailed):
    Preferences.objects.create(member=grace, mailing_list=True)
    for n in range(12):
        topic.reply(ada, f"{n}")
        assert len(mailed(grace)) == 1


def test_what_was_seen_meanwhile_is_not_mailed(mentioned, grace, topic, mailed):
    Reading.objects.record_seen(grace, topic.pk, mentioned.number)

    assert mailed(grace) == []
    assert not Delivery.objects.exists()


def test_what_goes_into_the_digest_is_not_mailed_alone(topic, ada, grace, mailed):
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    topic.reply(ada, "More")

    assert mailed(grace) == []
    assert Notice.objects.filter(member=grace).exists()


def test_what_is_not_wanted_on_pages_is_mailed(topic, ada, grace, mailed):
    Preferences.objects.create(member=grace, ways={"mention": {"page": False}})
    topic.reply(ada, "@grace")

    assert len(mailed(grace)) == 1


def test_what_a_search_found_first_is_mailed_as_the_reply_that_it_is(topic, ada, grace, mailed):
    Preferences.objects.create(member=grace, ways={"search": {"mail": "off"}})
    standing.save(grace, "tickets")
    topic.reply(ada, "Tickets, @grace")
    standing.match_posts()

    [message] = mailed(grace)
    assert "mentioned you" in message.body


# --- Asked again ---


def silence(grace, **_world):
    Preferences.objects.create(member=grace, ways={"mention": {"mail": "off"}})


def pause(grace, **_world):
    Preferences.objects.create(member=grace, paused_until=date.today() + timedelta(days=7))


def deactivate(grace, **_world):
    User.objects.filter(pk=grace.pk).update(is_active=False)


def lose_address(grace, **_world):
    grace.emailaddress_set.update(verified=False)


def bounce(grace, **_world):
    for _ in range(3):
        record_bounce(grace.email)


def hide(mentioned, mo, **_world):
    mentioned.hide(mo)


def move_away(topic, lounge, mo, **_world):
    topic.move(lounge, mo)


def mute(grace, topic, **_world):
    TopicLevel.objects.choose(grace, topic, Level.MUTED)


def mute_category(grace, topic, **_world):
    CategoryLevel.objects.choose(grace, topic.category, Level.MUTED)


@pytest.mark.parametrize(
    "change",
    [silence, pause, deactivate, lose_address, bounce, hide, move_away, mute, mute_category],
)
def test_everything_is_asked_again_before_it_is_sent(
    mentioned, topic, grace, mo, lounge, mailed, change
):
    change(grace=grace, mentioned=mentioned, topic=topic, mo=mo, lounge=lounge)

    assert mailed(grace) == []
    assert not Delivery.objects.filter(member=grace).exists()


def test_the_author_learns_by_email_why_a_post_was_hidden(topic, ada, mo, mailed):
    topic.posts.get(number=1).hide(mo, "too short")

    [message] = mailed(ada)
    assert message.subject == "Your post in “Tea or coffee?” was hidden: too short"
    assert "I wonder." not in message.body


# --- Quiet hours ---


@pytest.mark.parametrize(
    ("at", "sent_at"),
    [
        ((2026, 1, 10, 20, 59), (2026, 1, 10, 20, 59)),  # 21:59 in Berlin
        ((2026, 1, 10, 21, 0), (2026, 1, 11, 6, 30)),
        ((2026, 1, 11, 5, 0), (2026, 1, 11, 6, 30)),
        ((2026, 1, 11, 6, 30), (2026, 1, 11, 6, 30)),
        ((2026, 3, 28, 22, 0), (2026, 3, 29, 5, 30)),  # clocks go forward
        ((2026, 10, 24, 22, 0), (2026, 10, 25, 6, 30)),  # and back
    ],
)
def test_nothing_is_sent_in_quiet_hours_but_when_they_end(mentioned, grace, mailed, at, sent_at):
    Preferences.objects.create(
        member=grace, time_zone="Europe/Berlin", quiet_from=time(22), quiet_to=time(7, 30)
    )
    due = datetime(*at, tzinfo=UTC)
    Delivery.objects.update(due_at=due)
    with time_machine.travel(due, tick=False):
        sending.deliver()
    expected = datetime(*sent_at, tzinfo=UTC)
    assert Mail.objects.exists() is (expected == due)

    with time_machine.travel(expected, tick=False):
        sending.deliver()
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("zone", "quiet_to", "at", "expected"),
    [
        # 2:30 doesn't exist in Berlin on this day, and is there twice on that one.
        ("Europe/Berlin", time(2, 30), (2026, 3, 29, 0, 0), (2026, 3, 29, 1, 30)),
        ("Europe/Berlin", time(2, 30), (2026, 10, 25, 0, 10), (2026, 10, 25, 1, 30)),
        ("Europe/Berlin", time(2, 30), (2026, 10, 25, 1, 10), (2026, 10, 25, 1, 30)),
        ("No/Where", time(2, 30), (2026, 3, 29, 0, 0), (2026, 3, 29, 2, 30)),
        ("", time(2, 30), (2026, 3, 29, 0, 0), (2026, 3, 29, 2, 30)),
        ("../etc/passwd", time(2, 30), (2026, 3, 29, 0, 0), (2026, 3, 29, 2, 30)),
    ],
)
def test_quiet_hours_end_once_when_clocks_change(zone, quiet_to, at, expected):
    from forum.notifications.mailing.times import awake

    chosen = Preferences(time_zone=zone, quiet_from=time(0), quiet_to=quiet_to)

    assert awake(chosen, datetime(*at, tzinfo=UTC)) == datetime(*expected, tzinfo=UTC)


# --- Several ---


def test_many_at_once_are_one_email(topic, ada, grace, mailed):
    for n in range(7):
        topic.reply(ada, f"@grace {n}")

    [message] = mailed(grace)
    assert message.subject == "7 notifications"
    assert message.body.count("Ada Lovelace mentioned you in “Tea or coffee?”") == 7
    assert "@grace 6" in message.body
    assert "@grace 6" in message.alternatives[0].content
    assert not Delivery.objects.filter(sent_at=None).exists()


def test_a_few_are_an_email_each(topic, ada, grace, mailed):
    for n in range(3):
        topic.reply(ada, f"@grace {n}")

    assert len(mailed(grace)) == 3


# --- Exactly once ---


@pytest.mark.parametrize("is_written", [False, True])
def test_a_worker_that_is_killed_in_between_has_written_nothing(
    mentioned, grace, mailed, monkeypatch, is_written
):
    def killed(message):
        if is_written:
            send(message)
        raise KeyboardInterrupt

    Delivery.objects.update(due_at=timezone.now())
    leased, send = Delivery.objects.take(), EmailMultiAlternatives.send
    with monkeypatch.context() as patched:
        patched.setattr(EmailMultiAlternatives, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            sending.send(leased)
    assert not Mail.objects.exists()

    assert len(mailed(grace)) == 1
    assert mailed(grace) == []


def test_a_worker_that_was_too_slow_sends_nothing(mentioned, grace, mailed):
    Delivery.objects.update(due_at=timezone.now())
    slow = Delivery.objects.take()
    Delivery.objects.update(due_at=timezone.now())
    fast = Delivery.objects.take()
    sending.send(slow)
    assert not Mail.objects.exists()

    sending.send(fast)
    sending.send(slow)
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("texts", [("poison", "fine"), ("fine", "poison")])
def test_what_fails_is_tried_again_alone_and_others_are_sent(
    topic, ada, grace, mailed, monkeypatch, texts
):
    for text in texts:
        topic.reply(ada, f"@grace, {text}")
    single = messages.single

    def fail(notice, *arguments):
        if "poison" in notice.post.body:
            raise ValueError("poison")
        return single(notice, *arguments)

    monkeypatch.setattr(messages, "single", fail)
    [sent] = [*mailed(grace), *mailed(grace, timedelta(hours=2))]
    assert "fine" in sent.body
    [left] = Delivery.objects.filter(sent_at=None)
    assert left.error == "poison"
    assert left.due_at


def test_a_full_outbox_leaves_room_for_mails_of_accounts(mentioned, grace, mailed, monkeypatch):
    monkeypatch.setattr(Mail.objects.__class__, "has_room", lambda _self, _most=0: False)
    assert mailed(grace) == []
    assert Delivery.objects.filter(sent_at=None).exists()
    monkeypatch.undo()

    with later(hours=2):
        sending.deliver()
    assert Mail.objects.count() == 1


def test_thousands_of_mails_are_expected_with_as_many_queries_as_one(
    topic, ada, django_assert_max_num_queries
):
    members = [world.member(f"reader{n}") for n in range(20)]
    TopicLevel.objects.bulk_create(
        TopicLevel(member=member, topic=topic, level=Level.WATCHING) for member in members
    )
    Preferences.objects.bulk_create(
        Preferences(member=member, ways={"post": {"mail": "single"}}) for member in members
    )
    topic.reply(ada, "News")
    with django_assert_max_num_queries(40):
        telling.tell()

    assert Delivery.objects.count() == 20
    assert mail.outbox == []
