"""manage.py receive_mail < MAIL"""

import os
import sys

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from forum.incoming.models import MAX_SIZE, IncomingMail
from forum.incoming.processing import process
from forum.jobs import queue
from forum.jobs.registry import name_of


class Command(BaseCommand):
    help = (
        "Stores one mail from standard input, for the pipe of a mail server; a worker posts it."
        " Ends with the codes of sysexits.h: 0 if it is stored, 65 if it is empty or too large, 75"
        " if the mail server should try again later."
    )

    def handle(self, **options):
        raw = sys.stdin.buffer.read(MAX_SIZE + 1)
        if not raw.strip():
            self.end(os.EX_DATAERR, "The mail is empty.")
        if len(raw) > MAX_SIZE:
            self.end(os.EX_DATAERR, f"The mail is larger than {MAX_SIZE} bytes.")
        try:
            IncomingMail.objects.store(raw)
        except DatabaseError as error:
            self.end(os.EX_TEMPFAIL, f"The mail can't be stored now: {error}")
        queue.put(name_of(process))  # if that fails, a worker finds it within half a minute

    def end(self, code, reason):
        self.stderr.write(reason)  # mail servers log it, and quote it to the sender
        sys.exit(code)
