"""manage.py work: runs jobs in a separate process."""

import logging
import signal
import threading

from django.core.management.base import BaseCommand, CommandError

from forum.jobs.workers import Workers

logger = logging.getLogger(__name__)
SHUTDOWN_TIMEOUT = 35  # seconds for running jobs to end; sending an email takes at most 30


class Command(BaseCommand):
    help = (
        "Runs background jobs (email, expired sessions, …) until SIGTERM, and then waits for"
        " running ones. For sites with several processes; set JOB_THREADS=0 for the server. You can"
        " run several workers."
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
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        workers = Workers(threads)
        workers.start()
        logger.info("Parley's worker runs with %d thread(s).", threads)
        stop.wait()
        workers.stop(SHUTDOWN_TIMEOUT)
        logger.info("Parley's worker has ended.")
