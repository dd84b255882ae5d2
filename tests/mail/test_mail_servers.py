"""Mail servers that are dead, hung, slow, or refuse."""

import time

import pytest
from django.core.mail import send_mail
from django.utils import timezone

from forum.cache import circuit_breaker
from forum.mail import smtp as our_smtp
from forum.mail.delivery import deliver
from forum.mail.models import Mail
from tests.support.smtp_server import SmtpServer

pytestmark = pytest.mark.servers


def write(number=1):
    send_mail("Hello", "World", None, [f"member{number}@example.org"])


def only():
    return Mail.objects.get()


def test_a_server_that_works_gets_each_mail_once(smtp):
    with smtp(SmtpServer()) as server:
        for number in range(3):
            write(number)
        deliver()
        deliver()

    assert sorted(message["To"] for message in server.taken) == [
        f"member{number}@example.org" for number in range(3)
    ]


@pytest.mark.parametrize("goodbye", ["500 no", "421 going"])
def test_an_odd_goodbye_is_no_failure(smtp, goodbye):
    with smtp(SmtpServer({"QUIT": goodbye})):
        write()
        deliver()

    assert only().sent_at


def test_a_server_that_says_no_goodbye_keeps_nobody_from_writing_down_that_it_was_sent(smtp):
    def at_goodbye(command):
        if command == "QUIT":
            marked.append(bool(only().sent_at))

    marked = []
    with smtp(SmtpServer()) as server:
        write()
        seen_before_close = only
        connection_closed = our_smtp.smtp.EmailBackend.close

        def close(backend):
            marked.append(bool(seen_before_close().sent_at))
            connection_closed(backend)

        our_smtp.EmailBackend.close = close
        try:
            deliver()
        finally:
            del our_smtp.EmailBackend.close

    assert marked == [True]
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    "answers",
    [
        {"": "554 go away"},
        {"": "421 too busy"},
        {"MAIL": "530 sign in first"},
        {"MAIL": "451 later"},
        {"EHLO": "421 closing", "HELO": "421 closing"},
    ],
)
def test_a_server_that_takes_nothing_is_left_alone_for_a_while(smtp, answers):
    with smtp(SmtpServer(answers)) as server:
        write(1)
        write(2)
        deliver()

        assert len(server.connections) == 1  # the second mail did not try
        assert not circuit_breaker.mail.allows()
    failed, untried = Mail.objects.order_by("-attempts")
    assert failed.error
    assert failed.due_at > timezone.now()
    assert (untried.attempts, untried.error) == (0, "")


@pytest.mark.parametrize(
    "answers", [{"RCPT": "450 greylisted"}, {".": "451 try later"}, {"DATA": "452 full"}]
)
def test_what_is_refused_for_now_is_tried_later_and_others_go_on(smtp, answers):
    with smtp(SmtpServer(answers)) as server:
        write(1)
        write(2)
        deliver()
        assert len(server.connections) == 2
        assert set(Mail.objects.values_list("attempts", "given_up_at")) == {(1, None)}
        server.answers.clear()
        Mail.objects.update(due_at=timezone.now())
        deliver()

    assert not Mail.objects.waiting().exists()
    assert {mail.error for mail in Mail.objects.all()} == {""}


@pytest.mark.parametrize(
    "answers", [{"RCPT": "550 nobody here"}, {".": "554 spam"}, {"MAIL": "552 too large"}]
)
def test_what_is_refused_for_good_is_given_up_and_said(smtp, answers, caplog):
    with smtp(SmtpServer(answers)) as server:
        write(1)
        write(2)
        deliver()
        assert len(server.connections) == 2

    assert Mail.objects.filter(given_up_at=None).count() == 0
    assert all(next(iter(answers.values()))[:3] in mail.error for mail in Mail.objects.all())
    assert "was given up" in caplog.text


def test_a_dead_server_is_found_out_at_once(smtp):
    with smtp(SmtpServer()):
        pass  # its port is closed from here on
    write()
    deliver()

    assert only().error
    assert only().due_at


def test_a_server_that_never_speaks_costs_one_time_out(smtp):
    with smtp(SmtpServer(silent=True)):
        write(1)
        write(2)
        deliver()
    assert Mail.objects.filter(attempts=1).count() == 1


def test_a_server_that_speaks_one_letter_at_a_time_is_cut_off(smtp, monkeypatch):
    """Each letter comes within the time-out of the socket; the whole has an end of its own."""
    monkeypatch.setattr(our_smtp, "DEADLINE", 1)

    def drip(command):
        while True:
            for connection in server.connections:
                connection.sendall(b"2")
            time.sleep(0.05)

    server = SmtpServer(before=drip)
    with smtp(server):
        write()
        deliver()  # comes to an end, as the letters don't
    assert only().due_at > timezone.now()
    assert server.taken == []
