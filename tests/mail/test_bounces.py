"""After three bounces within a month nothing but mails of the account goes to an address."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail import send_mail
from django.utils import timezone

from forum.mail import bounces
from forum.mail.delivery import deliver
from forum.mail.models import BouncingAddress
from forum.mail.retention import tidy
from forum.models import Post
from forum.signals import bounced
from tests.support.smtp_server import SmtpServer

ADDRESS = "ada@example.org"


def test_the_third_bounce_within_a_month_stops_mails(db):
    for _ in range(2):
        bounces.record_bounce(ADDRESS)
    assert bounces.stopped([ADDRESS]) == set()

    bounces.record_bounce("Ada@Example.org")
    assert bounces.stopped([ADDRESS, "grace@example.org"]) == {ADDRESS}
    bounces.start_again(ADDRESS)
    assert bounces.stopped([ADDRESS]) == set()


def test_bounces_of_another_month_do_not_count(db):
    for days in (0, 20, 31, 40):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            bounces.record_bounce(ADDRESS)
    assert bounces.stopped([ADDRESS]) == set()

    with time_machine.travel(timezone.now() + timedelta(days=90), tick=False):
        tidy()
    assert not BouncingAddress.objects.exists()


def test_a_stopped_address_stays_so(db):
    for _ in range(3):
        bounces.record_bounce(ADDRESS)
    with time_machine.travel(timezone.now() + timedelta(days=90), tick=False):
        tidy()
        bounces.record_bounce(ADDRESS)

    assert bounces.stopped([ADDRESS]) == {ADDRESS}


@pytest.mark.servers
@pytest.mark.parametrize(
    ("command", "answer", "count"),
    [
        ("RCPT", "550 5.1.1 No such user", 1),
        ("RCPT", "550 Nobody here", 1),
        ("RCPT", "550 5.7.1 Your network is blocked", 0),
        ("RCPT", "552 5.2.2 Mailbox full", 0),
        ("RCPT", "450 Greylisted", 0),
        ("MAIL", "550 Not from you", 0),
        (".", "550 Not this text", 0),
    ],
)
def test_servers_that_know_no_such_mailbox_count(smtp, command, answer, count):
    send_mail("Hello", "World", None, [ADDRESS])
    with smtp(SmtpServer({command: answer})):
        deliver()

    assert sum(BouncingAddress.objects.values_list("count", flat=True)) == count


def test_reports_count_for_the_address_of_their_member(ada, grace):
    bounced.send(Post, member_id=ada.pk, address="ADA@example.org")
    bounced.send(Post, member_id=grace.pk, address="ada@example.org")

    assert list(BouncingAddress.objects.values_list("address", "count")) == [(ADDRESS, 1)]
