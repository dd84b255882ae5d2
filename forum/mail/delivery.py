"""Sends the emails in the outbox, at least once.

A worker that is killed, or loses the database, after the mail server's "250" but before the row is
updated leaves an email that is sent again. It has the same Message-ID, by which many mailboxes
recognise the duplicate.
"""

import logging
import time

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError

from forum.cache import circuit_breaker
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.workers import run_soon

from .bounces import record_bounce
from .failures import Postponed, Refused, classified
from .models import Mail
from .sealing import Unreadable

logger = logging.getLogger(__name__)
RECORD_TIMEOUT = 20  # seconds to retry recording a sent email while the database is away


@every(seconds=30)
def sweep():
    """Finds due rows without a hint: retries, rows of killed workers, and lost hints."""
    if Mail.objects.due().exists():
        run_soon(deliver)


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
            "It was encrypted with another SECRET_KEY. Add that key to SECRET_KEY_FALLBACKS, then"
            " try again."
        )
        return
    connection = get_connection(settings.MAIL_BACKEND)
    try:
        connection.open()
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 - each back end has its own
        record_failure(mail, classified(error))
    else:
        # Before closing the connection, which the server can delay.
        record_sent(mail)
    finally:
        close(connection)


def record_failure(mail, failure):
    match failure:
        case Refused():
            circuit_breaker.mail.record_success()
            mail.give_up(failure)
            for address in failure.addresses:
                record_bounce(address)
        case Postponed():
            circuit_breaker.mail.record_success()
            mail.retry(failure)
        case _:
            circuit_breaker.mail.record_failure(failure)
            mail.retry(failure)


def record_sent(mail):
    circuit_breaker.mail.record_success()
    until = time.monotonic() + RECORD_TIMEOUT
    while True:
        try:
            if not mail.mark_sent():
                logger.error("Email %s took longer than its lease; it may be sent twice.", mail.pk)
            return
        except DatabaseError:
            if time.monotonic() > until or stopping.wait(0.5):
                raise


def close(connection):
    try:
        connection.close()
    except Exception as error:  # noqa: BLE001 - the outcome is already recorded
        logger.debug("Closing the connection to the mail server failed: %s", error)
