"""Takes mails from the mailbox of settings.IMAP_URL."""

import imaplib

from django.conf import settings
from django.utils import timezone

from forum.cache import circuit_breaker
from forum.jobs import every, job
from forum.jobs.models import Run
from forum.jobs.registry import name_of
from forum.jobs.running import stopping
from forum.jobs.workers import run_soon

from . import imap
from .models import MAX_SIZE, IncomingMail
from .processing import process

AT_ONCE = 100  # mails of one session
ERRORS = (OSError, imaplib.IMAP4.error, imap.Failed)


@every(minutes=1)
def look():
    if settings.IMAP_URL:
        run_soon(fetch)


@job
def fetch():
    """Take what is new; logs an outage once, and notes it for the health check."""
    try:
        take_all()
    except ERRORS as error:
        circuit_breaker.mailbox.record_failure(error)
        note(str(error) or type(error).__name__)
    else:
        circuit_breaker.mailbox.record_success()
        note("")


def note(error):
    now = timezone.now()
    values = {"due_at": now, "began_at": now, "error": error[:300]}
    Run.objects.update_or_create(name=name_of(fetch), defaults=values)


def last_error():
    """Why the mailbox could not be read when it was last tried; "" if it could."""
    return Run.objects.filter(name=name_of(fetch)).values_list("error", flat=True).first() or ""


def take_all():
    """Store the mails that were not taken yet; returns how many. Raises one of ERRORS.

    Each is marked as taken after it is stored: if that fails, it comes again and is recognised. One
    that the server doesn't hand over holds up no others.
    """
    taken, failure = 0, None
    with imap.opened(imap.parsed(settings.IMAP_URL)) as mailbox:
        for uid in mailbox.untaken()[:AT_ONCE]:
            if stopping.is_set():
                break
            try:
                raw, is_cut = mailbox.fetch(uid, MAX_SIZE)
            except imap.Failed as error:
                failure = error
                continue
            IncomingMail.objects.store(raw, is_cut)
            mailbox.mark_taken(uid)
            taken += 1
    if taken:
        run_soon(process)
    if failure:
        raise failure
    return taken
