"""A mail is one row and one post, however often it comes, and whenever a worker is killed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.incoming import answers as answering
from forum.incoming import health, posting, processing
from forum.incoming.models import InboxFull, IncomingMail
from forum.incoming.processing import process, sweep
from forum.incoming.retention import ENDED, tidy_incoming
from forum.mail.models import Mail
from forum.observability.health import Degraded
from tests.importing import mails
from tests.incoming.letters import arrive, reply_to
from tests.support.concurrency import at_once


def store(raw, **fields):
    return IncomingMail.objects.store(raw, **fields)


@pytest.mark.parametrize(
    "changed",
    [
        lambda raw: raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: b"Received: from elsewhere\nDelivered-To: other@example.org\n" + raw,
        lambda raw: raw + b"\n\n",
    ],
)
def test_the_same_mail_is_posted_once_however_it_comes(topic, post, ada, changed):
    raw = reply_to(post, ada, "Tea.\n\nOf course.\n")
    arrive(raw)
    arrive(changed(raw))

    assert IncomingMail.objects.count() == 1
    assert topic.posts.count() == 2


@pytest.mark.parametrize("message_id", ["<same@mail.example.org>", None, ""])
def test_other_mails_with_the_same_id_or_none_are_others(topic, post, ada, message_id):
    arrive(reply_to(post, ada, "Tea.", message_id=message_id))
    arrive(reply_to(post, ada, "Coffee.", message_id=message_id))
    arrive(reply_to(post, ada, "Coffee.", message_id=message_id))

    assert [one.body for one in topic.posts.order_by("number")][1:] == ["Tea.", "Coffee."]


def test_a_post_stays_one_after_its_row_was_deleted(topic, post, ada):
    raw = reply_to(post, ada)
    arrive(raw)
    IncomingMail.objects.all().delete()
    row = arrive(raw)

    assert topic.posts.count() == 2
    assert row.post == topic.posts.get(number=2)


def test_what_waits_is_encrypted(post, ada):
    row = store(reply_to(post, ada, "A secret"))

    assert b"A secret" in row.raw()
    assert "secret" not in row.sealed
    assert row.sender == "ada@example.org"


def test_a_full_inbox_leaves_mails_to_the_mail_server(monkeypatch):
    monkeypatch.setattr("forum.incoming.models.MAX_WAITING", 1)
    store(mails.mail("One"))

    with pytest.raises(InboxFull):
        store(mails.mail("Two"))
    assert store(mails.mail("One"))  # it is stored already


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the worker's own comes after it."""


def killed_after(function):
    def run(*args, **kwargs):
        function(*args, **kwargs)
        raise Killed

    return run


def killed_before(function):
    def run(*args, **kwargs):
        raise Killed

    return run


@pytest.mark.parametrize("kill", [killed_before, killed_after])
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (processing, "settle"),
        (processing, "posted"),
        (posting, "replied"),
        (IncomingMail, "finish"),
    ],
)
def test_a_kill_between_any_two_steps_neither_loses_nor_doubles(
    topic, post, ada, kill, owner, name
):
    row = store(reply_to(post, ada))
    killed_once(owner, name, kill)
    assert topic.posts.count() in (1, 2)
    after_the_lease(row)
    process()

    assert topic.posts.count() == 2
    row.refresh_from_db()
    assert row.outcome == "posted"


@pytest.mark.parametrize("kill", [killed_before, killed_after])
@pytest.mark.parametrize(("owner", "name"), [(answering, "send"), (IncomingMail, "finish")])
def test_a_kill_leaves_one_answer(topic, post, ada, kill, owner, name):
    row = store(reply_to(post, ada, ""))
    killed_once(owner, name, kill)
    after_the_lease(row)
    process()

    assert Mail.objects.count() == 1


def killed_once(owner, name, kill):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, kill(getattr(owner, name)))
        with pytest.raises(Killed):
            process()


def after_the_lease(row):
    IncomingMail.objects.filter(pk=row.pk).update(due_at=timezone.now())


def test_the_sweep_finds_what_nobody_was_told_of(topic, post, ada, monkeypatch):
    store(reply_to(post, ada))
    monkeypatch.setattr(processing, "run_soon", lambda function: function())
    sweep()

    assert topic.posts.count() == 2


def test_a_worker_that_was_too_slow_posts_nothing(topic, post, ada, monkeypatch):
    row = store(reply_to(post, ada))

    def taken_meanwhile(*args):
        IncomingMail.objects.filter(pk=row.pk).update(due_at=timezone.now() + timedelta(hours=1))
        return replied(*args)

    replied = posting.replied
    monkeypatch.setattr(posting, "replied", taken_meanwhile)
    process()

    # the note could not be written, so the post was taken back
    assert topic.posts.count() == 1


def test_an_error_is_tried_again_later_and_shown(topic, post, ada, monkeypatch):
    def fail(*args):
        raise RuntimeError("Out of tea")

    monkeypatch.setattr(posting, "replied", fail)
    row = arrive(reply_to(post, ada))

    assert row.due_at > timezone.now()
    assert row.error == "RuntimeError: Out of tea"
    assert row.sealed


@pytest.mark.django_db(transaction=True)
def test_many_at_once_store_and_post_a_mail_once(topic, post, ada):
    raw = reply_to(post, ada)

    def act():
        row = store(raw)
        process()
        return row.pk

    assert len(set(at_once(*[act] * 4))) == 1
    assert topic.posts.count() == 2


def test_what_has_ended_long_ago_is_deleted(post, ada):
    row = arrive(reply_to(post, ada))
    waiting = store(mails.mail("Waits"))
    tidy_incoming()
    assert IncomingMail.objects.count() == 2
    IncomingMail.objects.filter(pk=row.pk).update(sent_at=timezone.now() - ENDED * 1.01)
    tidy_incoming()

    assert IncomingMail.objects.get() == waiting


@pytest.mark.django_db(transaction=True)
async def test_health_names_what_waits_too_long():
    await health.inbox()
    await health.gauges()
    row = await in_thread(lambda: store(mails.mail()))
    await in_thread(lambda: aged(row))

    with pytest.raises(Degraded, match="waiting since"):
        await health.inbox()


def aged(row):
    IncomingMail.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=11))


in_thread = health.in_thread
