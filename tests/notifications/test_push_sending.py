"""Notices are pushed to the devices of members who still want and may see them, at least once."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.utils import timezone
from py_vapid import Vapid02

from forum.models import (
    Attention,
    CategoryLevel,
    Level,
    MemberLevel,
    Reading,
    TopicLevel,
    User,
)
from forum.notifications import telling, ways
from forum.notifications.models import Device, Notice, Preferences, PushDelivery
from forum.notifications.push import models, sending, service
from tests.support import world

pytestmark = [pytest.mark.store, pytest.mark.servers]


@pytest.fixture
def mentioned(topic, ada, told):
    """A function that mentions Grace in a post of Ada's, and tells her."""

    def mention(text="@grace, tea?"):
        post = topic.reply(ada, text)
        told(ada)
        return post

    return mention


def paths(receiver):
    return [one.path for one in receiver.received]


# --- What is sent ---


def test_a_push_is_encrypted_for_the_browser_and_signed_for_its_service(
    mentioned, grace, subscribed, pushed, receiver, push_key, settings
):
    browser = subscribed(grace)
    post = mentioned()
    pushed()

    (sent,) = receiver.received
    assert b"tea" not in sent.body
    message = browser.read(sent.body)
    [notice] = Notice.objects.filter(member=grace)
    assert message == {
        "title": "Ada Lovelace mentioned you in “Tea or coffee?”",
        "body": "@grace, tea?",
        "address": f"/notifications/{notice.pk}/",
        "tag": f"mention:{post.pk}",
        "at": int(notice.at.timestamp() * 1000),
        "unread": 1,
    }
    assert sent.headers["Content-Encoding"] == "aes128gcm"
    assert int(sent.headers["TTL"]) > 3600
    assert sent.headers["Urgency"] == "normal"
    assert len(sent.headers["Topic"]) <= 32

    authorization = sent.headers["Authorization"]
    assert Vapid02.verify(authorization)
    assert f"k={push_key}" in authorization
    token = authorization.partition("t=")[2].split(",")[0]
    claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == receiver.origin
    assert claims["sub"] == "mailto:parley@localhost"
    assert claims["exp"] < timezone.now().timestamp() + 24 * 3600


def test_the_longest_texts_fit_into_what_services_take(
    help_category, ada, grace, subscribed, pushed, receiver, told
):
    browser = subscribed(grace)
    topic = world.topic(ada, help_category, title="🙂" * 150)
    topic.reply(ada, "@grace " + "🙂" * 1000)
    pushed()

    (sent,) = receiver.received
    assert len(sent.body) <= 4096
    assert browser.read(sent.body)["body"].endswith("…")


def test_later_ones_about_the_same_take_the_place_of_earlier_ones(
    topic, ada, grace, subscribed, pushed, receiver, told
):
    browser = subscribed(grace)
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    Preferences.objects.create(member=grace, ways={"post": {"push": True}})
    topic.reply(ada, "One")
    pushed()
    topic.reply(ada, "Two")
    topic.reply(ada, "Three")
    pushed()

    first, second = [browser.read(one.body) for one in receiver.received]
    assert first["tag"] == second["tag"]
    assert second["title"] == "3 new posts in “Tea or coffee?”"
    assert second["body"] == "Three"
    assert receiver.received[0].headers["Topic"] == receiver.received[1].headers["Topic"]
    assert receiver.received[0].headers["Urgency"] == "low"


def test_all_devices_of_a_member_get_it_once(mentioned, grace, subscribed, pushed, receiver):
    subscribed(grace, "/1")
    subscribed(grace, "/2")
    mentioned()
    pushed()
    pushed()

    assert sorted(paths(receiver)) == ["/1", "/2"]
    assert PushDelivery.objects.filter(sent_at=None).count() == 0


def test_what_is_not_on_pages_leads_to_its_post(mentioned, grace, subscribed, pushed, receiver):
    Preferences.objects.create(member=grace, ways={"mention": {"page": False}})
    browser = subscribed(grace)
    post = mentioned()
    pushed()

    assert browser.read(receiver.received[0].body)["address"] == f"/p/{post.pk}/"


# --- To whom ---


def test_it_is_sent_after_a_moment_in_which_it_may_be_seen(
    mentioned, topic, grace, subscribed, pushed, receiver
):
    subscribed(grace)
    post = mentioned()
    sending.deliver()
    assert not receiver.received

    Reading.objects.record_seen(grace, topic.pk, post.number)
    pushed()
    assert not receiver.received
    assert not PushDelivery.objects.exists()


def test_who_wants_no_pushes_or_has_no_devices_gets_none(
    mentioned, topic, grace, iris, subscribed, pushed, receiver
):
    subscribed(grace)
    Preferences.objects.create(member=grace, ways={"mention": {"push": False}})
    mentioned("@grace @iris")
    pushed()

    assert not PushDelivery.objects.exists()


def hide(post, grace):
    post.hide(world.moderator())


def move(post, grace):
    post.topic.move(world.lounge())


def suspend(post, grace):
    member = User.objects.get(pk=grace.pk)
    member.is_active = False
    member.save()


def end_sessions(post, grace):
    grace.sign_out_everywhere()


def unwant(post, grace):
    Preferences.objects.create(member=grace, ways={"mention": {"push": False}})


def mute(post, grace):
    TopicLevel.objects.choose(grace, post.topic, Level.MUTED)


def mute_category(post, grace):
    CategoryLevel.objects.choose(grace, post.topic.category, Level.MUTED)


def mute_author(post, grace):
    MemberLevel.objects.choose(grace, post.author, Attention.MUTED)


def pause(post, grace):
    until = timezone.now().date() + timedelta(days=9)
    Preferences.objects.create(member=grace, paused_until=until)


def see(post, grace):
    Notice.objects.update(seen_at=timezone.now())


@pytest.mark.parametrize(
    "change",
    [hide, move, suspend, end_sessions, unwant, mute, mute_category, mute_author, pause, see],
    ids=lambda f: f.__name__,
)
def test_everything_is_asked_again_when_it_is_sent(
    change, mentioned, grace, subscribed, pushed, receiver
):
    subscribed(grace)
    change(mentioned(), grace)
    pushed()

    assert not receiver.received
    assert not PushDelivery.objects.filter(device__member=grace).exists()


def test_in_quiet_hours_it_waits_until_they_end(mentioned, grace, subscribed, receiver, told):
    subscribed(grace)
    Preferences.objects.create(
        member=grace, quiet_from=time(22), quiet_to=time(7), time_zone="Europe/Berlin"
    )
    night = timezone.now().replace(hour=23, minute=30) + timedelta(days=1)  # 0:30 in Berlin
    mentioned()
    with time_machine.travel(night, tick=False):
        sending.deliver()
        assert not receiver.received
        [delivery] = PushDelivery.objects.all()
    assert delivery.attempts == 0
    assert delivery.due_at.astimezone(UTC).hour in (5, 6)
    with time_machine.travel(delivery.due_at, tick=False):
        sending.deliver()
    assert receiver.received


def test_an_expired_session_ends_its_pushes(mentioned, grace, subscribed, receiver):
    subscribed(grace)
    mentioned()
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        sending.deliver()

    assert not receiver.received


def test_without_a_key_nothing_is_written_down(mentioned, grace, subscribed, settings):
    subscribed(grace)
    settings.VAPID_PRIVATE_KEY = ""
    mentioned()

    assert not PushDelivery.objects.exists()


# --- What services answer ---


@pytest.mark.parametrize("status", [404, 410])
def test_to_a_device_that_has_unsubscribed_nothing_more_is_pushed(
    status, mentioned, grace, subscribed, pushed, receiver
):
    receiver.answers["/1"] = (status, {})
    subscribed(grace, "/1")
    subscribed(grace, "/2")
    mentioned()
    pushed()
    mentioned()
    pushed()

    assert Device.objects.live().get().endpoint.endswith("/2")
    assert sorted(paths(receiver)) == ["/1", "/2", "/2"]
    assert not PushDelivery.objects.exclude(due_at=None).exists()


def test_what_an_ended_subscription_refuses_goes_to_the_one_that_took_its_place(
    mentioned, grace, subscribed, pushed, receiver, monkeypatch
):
    subscribed(grace, "/old")
    mentioned()
    record = sending.record

    def renewed_meanwhile(*push):
        Device.objects.update(endpoint=f"{receiver.origin}/new")
        record(*push)

    monkeypatch.setattr(sending, "record", renewed_meanwhile)
    receiver.answers["/old"] = (410, {})
    pushed()
    pushed(timedelta(hours=1))

    assert paths(receiver) == ["/old", "/new"]
    assert Device.objects.live().exists()


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_is_asked_again_when_it_says(
    status, mentioned, grace, subscribed, pushed, receiver
):
    receiver.answers["/1"] = (status, {"Retry-After": "600"})
    subscribed(grace)
    mentioned()
    pushed()
    [delivery] = PushDelivery.objects.all()
    assert delivery.due_at > timezone.now() + timedelta(minutes=9)
    assert delivery.error.startswith(str(status))
    pushed(timedelta(minutes=5))
    assert len(receiver.received) == 1

    receiver.answers.clear()
    pushed(timedelta(minutes=20))
    assert len(receiver.received) == 2
    assert PushDelivery.objects.get().sent_at


def test_other_refusals_are_counted_and_end_a_device_at_last(
    mentioned, grace, subscribed, pushed, receiver
):
    receiver.answers["/1"] = (403, {})
    subscribed(grace)
    mentioned()
    pushed()
    [delivery] = PushDelivery.objects.all()
    assert delivery.given_up_at
    assert Device.objects.get().failures == 1

    receiver.answers.clear()
    mentioned()
    pushed()
    assert Device.objects.get().failures == 0

    receiver.answers["/1"] = (400, {})
    for _n in range(models.MOST_FAILURES):
        mentioned()
    pushed()
    assert not Device.objects.exists()


def test_nobody_makes_a_device_ring_all_the_time(
    mentioned, grace, iris, subscribed, pushed, receiver, monkeypatch
):
    monkeypatch.setattr(sending, "MOST_AN_HOUR", 3)
    subscribed(grace)
    subscribed(iris, "/2")
    for n in range(5):
        mentioned()
        pushed(timedelta(minutes=2 * n))
    mentioned("@iris")
    pushed(timedelta(minutes=12))
    assert paths(receiver) == ["/1", "/1", "/1", "/2"]

    pushed(timedelta(minutes=50))
    assert len(receiver.received) == 4
    pushed(timedelta(minutes=90))
    assert sorted(paths(receiver)) == ["/1"] * 5 + ["/2"]


def test_redirects_of_services_are_refusals(mentioned, grace, subscribed, pushed, receiver):
    receiver.answers["/1"] = (307, {"Location": "/2"})
    subscribed(grace)
    mentioned()
    pushed()

    assert paths(receiver) == ["/1"]
    assert Device.objects.get().failures == 1


def test_a_service_that_hangs_holds_up_no_other(
    mentioned, grace, iris, topic, ada, subscribed, pushed, receiver, settings, monkeypatch
):
    monkeypatch.setattr(service.requests.send, "__kwdefaults__", {"seconds": 0.3, "most": 1024})
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    settings.OUTBOUND_HOSTS += [f"localhost:{receiver.port}"]
    receiver.answers |= {f"/hangs{n}": (None, {}) for n in range(5)}
    for n in range(5):
        subscribed(grace, f"/hangs{n}")
    Device.objects.update(host="hangs.example")
    subscribed(iris, "/works")
    mentioned("@grace @iris")
    pushed()

    assert paths(receiver) in (["/hangs0", "/works"], ["/works"])
    waiting = PushDelivery.objects.waiting()
    assert waiting.count() == 5
    assert not waiting.filter(due_at__lte=timezone.now() + timedelta(seconds=50)).exists()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("", 0), ("x", 0), ("-5", 0), ("9" * 50, 4 * 3600), ("²", 0)],
)
def test_pauses_are_bounded_whatever_services_say(value, seconds):
    class Answer:
        headers = {"Retry-After": value}

    assert service.pause(Answer).total_seconds() == seconds


def test_a_pause_may_be_a_date():
    class Answer:
        headers = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=100))}

    assert 90 < service.pause(Answer).total_seconds() <= 100


def test_an_address_that_has_moved_into_the_own_network_is_refused(
    mentioned, grace, subscribed, pushed, receiver, settings
):
    subscribed(grace)
    mentioned()
    settings.OUTBOUND_HOSTS = []
    pushed()

    assert not receiver.received
    assert Device.objects.get().failures == 1


# --- Kills ---


class Killed(BaseException):
    pass


def test_a_worker_killed_after_the_answer_sends_the_same_again(
    mentioned, grace, subscribed, pushed, receiver, monkeypatch
):
    browser = subscribed(grace)
    mentioned()

    def die(*_arguments):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "record", die)
        with pytest.raises(Killed):
            pushed()
    pushed(timedelta(seconds=30))
    assert len(receiver.received) == 1  # another worker may still be at it

    pushed(timedelta(minutes=5))
    first, second = receiver.received
    assert browser.read(first.body)["tag"] == browser.read(second.body)["tag"]
    assert first.headers["Topic"] == second.headers["Topic"]
    pushed(timedelta(hours=1))
    assert len(receiver.received) == 2


def test_a_worker_killed_before_sending_loses_nothing(
    mentioned, grace, subscribed, pushed, receiver, monkeypatch
):
    subscribed(grace)
    mentioned()

    def die(*_arguments):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "prepared", die)
        with pytest.raises(Killed):
            pushed()
    pushed(timedelta(minutes=5))

    assert len(receiver.received) == 1


def test_notices_and_their_pushes_are_stored_together(
    topic, ada, grace, subscribed, monkeypatch, pushed, receiver
):
    subscribed(grace)
    topic.reply(ada, "@grace")

    def fail(*_arguments):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(ways, "WAYS", [*ways.WAYS, fail])
        with pytest.raises(Killed):
            telling.tell()
    assert not Notice.objects.filter(member=grace).exists()
    assert not PushDelivery.objects.exists()


# --- Housekeeping ---


def test_what_is_over_is_deleted_after_some_days(mentioned, grace, subscribed, pushed):
    subscribed(grace)
    mentioned()
    pushed()
    sending.tidy()
    assert PushDelivery.objects.count() == Device.objects.count() == 1

    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        sending.tidy()
    assert not PushDelivery.objects.exists()
    assert Device.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=70), tick=False):
        sending.tidy()
    assert not Device.objects.exists()


def test_a_push_costs_a_fixed_number_of_queries(
    mentioned, grace, subscribed, pushed, receiver, django_assert_max_num_queries
):
    for n in range(10):
        subscribed(grace, f"/{n}")
    mentioned()
    with django_assert_max_num_queries(10 * 12):
        pushed()

    assert len(receiver.received) == 10
