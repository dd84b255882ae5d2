"""Sends the mails in the outbox.

At least once: a worker that is killed, or loses the database, between the server's "250" and the
row that says so leaves a mail that is sent again. It has the same Message-ID then, by which many
mailboxes know it.
"""

import logging
import time

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError

from forum.cache import circuit_breaker
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.workers import ask_for

from .failures import Postponed, Refused, meaning
from .models import Mail
from .sealing import Unreadable

logger = logging.getLogger(__name__)
INSIST = 20  # seconds for the row to say that it was sent, if the database is away just then


@every(seconds=30)
def sweep():
    """Finds what no hint told of: attempts that are due again, rows of killed workers, hints that
    got lost.
    """
    if Mail.objects.due().exists():
        ask_for(deliver)


@job
def deliver():
    while not stopping.is_set() and circuit_breaker.mail.allows():
        mail = Mail.objects.take()
        if not mail:
            return
        send(mail)


def send(mail):
    try:
        message = mail.message()
    except Unreadable:
        mail.give_up(
            "It was written under another SECRET_KEY. Put that one into SECRET_KEY_FALLBACKS, then"
            " try again."
        )
        return
    connection = get_connection(settings.MAIL_BACKEND)
    try:
        connection.open()
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 - each back end has its own
        record_failure(mail, meaning(error))
    else:
        # before the connection is closed politely, which can take as long as the server likes
        record_sent(mail)
    finally:
        close(connection)


def record_failure(mail, failure):
    match failure:
        case Refused():
            circuit_breaker.mail.record_success()
            mail.give_up(failure)
        case Postponed():
            circuit_breaker.mail.record_success()
            mail.retry(failure)
        case _:
            circuit_breaker.mail.record_failure(failure)
            mail.retry(failure)


def record_sent(mail):
    circuit_breaker.mail.record_success()
    until = time.monotonic() + INSIST
    while True:
        try:
            if not mail.sent():
                logger.error("Mail %s took longer than its lease; it may be sent twice.", mail.pk)
            return
        except DatabaseError:
            if time.monotonic() > until or stopping.wait(0.5):
                raise


def close(connection):
    try:
        connection.close()
    except Exception as error:  # noqa: BLE001 - it has done its work, or failed before
        logger.debug("The mail server's goodbye failed: %s", error)
