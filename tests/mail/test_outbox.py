"""What is written for sending is a row, and what becomes of it."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import BadHeaderError, EmailMultiAlternatives, mail_admins, send_mail
from django.core.mail.utils import DNS_NAME
from django.db import connection, transaction
from django.utils import timezone

from forum.jobs.outbox import MAX_ATTEMPTS
from forum.mail import models
from forum.mail.delivery import deliver, sweep
from forum.mail.models import Mail, OutboxFull
from forum.mail.retention import GIVEN_UP, MAX_ENDED, SENT, tidy
from forum.models import User


def write(subject="Hello", to="ada@example.org", body="A secret link"):
    send_mail(subject, body, None, [to])
    return Mail.objects.latest("pk")


def test_a_mail_waits_until_a_worker_sends_it():
    written = write()

    assert mail.outbox == []
    deliver()

    (message,) = mail.outbox
    assert (message.subject, message.to, message.body) == (
        "Hello",
        ["ada@example.org"],
        "A secret link",
    )
    written.refresh_from_db()
    assert written.sent_at
    assert written.due_at is None


def test_nothing_is_sent_of_what_was_taken_back():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    deliver()

    assert mail.outbox == []
    assert not Mail.objects.exists()


def test_all_parts_of_a_message_arrive(settings):
    message = EmailMultiAlternatives(
        "Süßes — ✓",
        "plain",
        "a@example.org",
        ["b@example.org"],
        ["c@example.org"],
        cc=["d@example.org"],
    )
    message.reply_to, message.extra_headers = (
        ["e@example.org"],
        {"List-Unsubscribe": "<https://example.org/u>"},
    )
    message.attach_alternative("<p>rich</p>", "text/html")
    message.attach("notes.txt", "Müsli", "text/plain")
    message.attach("picture.png", b"\x89PNG\x00\xff", "image/png")
    before = message.message()
    message.send()
    deliver()

    (arrived,) = mail.outbox
    assert arrived.recipients() == message.recipients()
    after = arrived.message()
    for name in ("Subject", "From", "To", "Cc", "Reply-To", "List-Unsubscribe"):
        assert after[name] == before[name]
    kinds = [(part.get_content_type(), part.get_payload(decode=True)) for part in after.walk()]
    assert ("text/html", b"<p>rich</p>") in kinds
    assert ("text/plain", "Müsli".encode()) in kinds
    assert ("image/png", b"\x89PNG\x00\xff") in kinds


def test_mails_to_admins_go_the_same_way(settings):
    settings.ADMINS = [("Olive", "olive@example.org")]
    mail_admins("Look", "here", html_message="<b>here</b>")
    deliver()

    assert mail.outbox[0].to == ["olive@example.org"]
    assert mail.outbox[0].alternatives[0][0] == "<b>here</b>"


@pytest.mark.parametrize(
    "message",
    [
        {"subject": "Hello\nBcc: eve@example.org"},
        {"to": ["ada@example.org\r\nBcc: eve@example.org"]},
        {"headers": {"X-Topic": "a\nb"}},
        {"from_email": "a@example.org\nBcc: eve@example.org"},
    ],
)
def test_headers_can_not_be_smuggled_in(message):
    with pytest.raises(BadHeaderError):
        EmailMultiAlternatives(
            **{"subject": "S", "body": "B", "to": ["ada@example.org"], **message}
        ).send()

    assert not Mail.objects.exists()


def test_the_database_alone_tells_no_secret_and_after_sending_there_is_none():
    written = write(body="https://forum.example.org/reset/SECRET-KEY")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mail_mail")
        assert "SECRET-KEY" not in repr(cursor.fetchall())
    deliver()
    written.refresh_from_db()
    assert written.sealed == ""


def test_another_secret_key_is_said_and_the_old_one_as_a_fallback_reads_it(settings):
    written, old = write(), settings.SECRET_KEY
    settings.SECRET_KEY = "another-one-" * 5
    deliver()
    written.refresh_from_db()
    assert "SECRET_KEY_FALLBACKS" in written.error

    settings.SECRET_KEY_FALLBACKS = [old]
    written.try_again()
    deliver()
    assert len(mail.outbox) == 1


def test_a_message_has_one_id_however_often_it_is_tried():
    written = write()

    ids = {written.message().message()["Message-ID"] for _ in range(3)}
    assert len(ids) == 1
    assert re.fullmatch(r"<\S+@127\.0\.0\.1>", ids.pop())


def test_writing_a_mail_asks_no_name_server(settings, monkeypatch):
    """Django's own Message-ID asks for this machine's full name, and waits for as long as that
    takes.
    """
    monkeypatch.delattr(DNS_NAME, "_fqdn", raising=False)
    monkeypatch.setattr("socket.getfqdn", lambda: pytest.fail("it was asked"))
    settings.SITE_URL = "https://münchen.example"
    written = write()

    assert written.message().message()["Message-ID"].endswith("@xn--mnchen-3ya.example>")


def test_two_workers_do_not_have_one_row():
    write()

    assert Mail.objects.take()
    assert Mail.objects.take() is None


def test_two_workers_that_read_it_at_once_do_not_have_it_both():
    write()
    one, other = Mail.objects.get(), Mail.objects.get()

    assert [one.lease(), other.lease()] == [True, False]


def test_the_row_of_a_killed_worker_is_due_again():
    write()
    taken = Mail.objects.take()
    Mail.objects.update(due_at=timezone.now())  # the lease has ended

    deliver()

    assert len(mail.outbox) == 1
    assert not taken.mark_sent()  # should that worker be alive after all, it changes nothing


def test_a_mail_that_kills_its_workers_is_given_up():
    written = write()
    Mail.objects.update(attempts=MAX_ATTEMPTS)
    deliver()

    written.refresh_from_db()
    assert written.given_up_at
    assert mail.outbox == []


def test_attempts_are_further_and_further_apart_and_end():
    write()
    waits = []
    for _ in range(MAX_ATTEMPTS):
        row = Mail.objects.take()
        row.retry("busy")
        row.refresh_from_db()
        if row.due_at:
            waits.append(timedelta(seconds=round((row.due_at - timezone.now()).total_seconds())))
            Mail.objects.update(due_at=timezone.now())

    assert row.given_up_at
    assert row.error == "busy"
    assert waits == sorted(waits)
    assert timedelta(hours=18) < sum(waits, timedelta()) < timedelta(hours=36)


def test_a_full_outbox_takes_no_more(monkeypatch):
    monkeypatch.setattr(models, "MAX_WAITING", 2)
    write()
    write()
    with pytest.raises(OutboxFull):
        write()

    deliver()
    write()


def test_rows_go_after_a_while_and_those_that_wait_never(monkeypatch):
    now = timezone.now()
    kept = [write(), write(), write()]
    Mail.objects.filter(pk=kept[0].pk).update(due_at=None, sent_at=now - SENT + timedelta(hours=1))
    Mail.objects.filter(pk=kept[1].pk).update(
        due_at=None, given_up_at=now - GIVEN_UP + timedelta(hours=1)
    )
    Mail.objects.filter(pk=kept[2].pk).update(created_at=now - timedelta(days=99))
    Mail.objects.filter(pk=write().pk).update(due_at=None, sent_at=now - SENT - timedelta(hours=1))
    Mail.objects.filter(pk=write().pk).update(
        due_at=None, given_up_at=now - GIVEN_UP - timedelta(hours=1)
    )
    tidy()
    assert set(Mail.objects.all()) == set(kept)


def test_of_those_that_ended_only_so_many_stay(monkeypatch):
    monkeypatch.setattr("forum.mail.retention.MAX_ENDED", 2)
    for _ in range(5):
        write()
    deliver()
    waiting = write()
    tidy()

    assert MAX_ENDED == 10_000
    assert Mail.objects.filter(due_at=None).count() == 2
    assert Mail.objects.filter(pk=waiting.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_sends_what_no_hint_told_of(monkeypatch):
    monkeypatch.setattr("forum.jobs.queue.put", lambda name: False)  # the queue is away
    write()
    sweep()

    assert len(mail.outbox) == 1


def asks(client, email, **more):
    return client.post("/accounts/password/reset/", {"email": email}, **more).status_code


def test_one_address_is_not_flooded_and_nobody_is_told_so(client, ada, settings):
    settings.RATES = {**settings.RATES, "mail_to": "3/hour"}
    statuses = [asks(client, email) for email in ["ada@example.org", "ADA@example.org"] * 2]

    assert statuses == [302] * 4
    assert Mail.objects.count() == 3
    asks(client, "grace@example.org")
    assert Mail.objects.count() == 4


def test_one_network_does_not_flood_many_addresses(client, settings):
    settings.RATES = {**settings.RATES, "mail_by": "3/hour"}
    statuses = [
        asks(client, f"member{n}@example.org", REMOTE_ADDR=f"2001:db8::{n + 1}") for n in range(5)
    ]

    assert statuses == [302, 302, 302, 429, 429]
    assert Mail.objects.count() == 3
    assert asks(client, "one@example.org", REMOTE_ADDR="2001:db8:1::1") == 302


def test_who_is_told_to_wait_has_not_signed_up(client, settings):
    settings.RATES = {**settings.RATES, "mail_by": "1/hour"}
    names = ("eve", "fay")
    for name in names:
        fields = {
            "username": name,
            "email": f"{name}@example.org",
            "password1": "a good long password",
        }
        client.post("/accounts/signup/", fields)

    assert list(User.objects.values_list("username", flat=True)) == ["eve"]
