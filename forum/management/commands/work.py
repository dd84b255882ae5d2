"""Runs jobs in a process of its own."""

import logging
import signal
import threading

from django.core.management.base import BaseCommand, CommandError

from forum.jobs.workers import Workers

logger = logging.getLogger(__name__)
SHUTDOWN_TIMEOUT = 35  # seconds for what runs when it is told to stop; a mail takes 30 at most


class Command(BaseCommand):
    help = (
        "Runs jobs (mail, sessions that ended, …) until SIGTERM, which lets those that run come to"
        " an end. For sites with several processes; set JOB_THREADS=0 for those then. As many may"
        " run as you like."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--threads",
            type=int,
            default=4,
            metavar="N",
            help="jobs at once (default: %(default)s)",
        )

    def handle(self, *, threads, **options):
        if threads < 1:
            raise CommandError("At least one thread is needed.")
        told = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        workers = Workers(threads)
        workers.start()
        logger.info("Parley's worker runs with %d thread(s).", threads)
        told.wait()
        workers.stop(SHUTDOWN_TIMEOUT)
        logger.info("Parley's worker has ended.")
