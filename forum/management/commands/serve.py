"""The one command that starts a real site."""

import logging
import os
import socket
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from forum.serving.preflight import problems
from forum.serving.sockets import bound, inherited

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Serves the forum as a real site is served, with uvicorn. SIGHUP replaces its processes one"
        " after the other, SIGTERM ends it; requests that were accepted are answered in both cases."
    )
    requires_system_checks = []  # they are asked below, when the number of processes is known

    def add_arguments(self, parser):
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--bind",
            default="127.0.0.1:8000",
            metavar="ADDRESS",
            help="HOST:PORT or unix:PATH (default: %(default)s)",
        )
        where.add_argument(
            "--fd", type=int, help="listen on this file descriptor, as systemd passes one"
        )
        parser.add_argument(
            "--processes",
            type=int,
            default=settings.PROCESSES,
            metavar="N",
            help="default: WEB_CONCURRENCY, or 1",
        )

    def handle(self, *, bind, fd, processes, **options):
        if processes < 1:
            raise CommandError("At least one process is needed.")
        settings.PROCESSES = processes
        os.environ["WEB_CONCURRENCY"] = str(processes)
        self.check()
        self.refuse_what_is_not_ready()
        listener = self.listen(bind, fd)
        refuse_unknown_visitors(listener)
        logger.info("Parley listens on %s with %d process(es).", name_of(listener), processes)
        become_the_supervisor(listener)

    def refuse_what_is_not_ready(self):
        try:
            missing = list(problems())
        except DatabaseError as error:
            raise CommandError(
                f"The database can't be reached: {error}\nSee DATABASE_URL."
            ) from error
        if missing:
            raise CommandError("\n".join(missing))
        connections.close_all()

    def listen(self, bind, fd):
        try:
            return bound(bind) if fd is None else inherited(fd)
        except (OSError, ValueError) as error:
            where = bind if fd is None else f"file descriptor {fd}"
            raise CommandError(f"Can't listen on {where}: {error}") from error


def refuse_unknown_visitors(listener):
    """At a Unix socket nobody has an address, so limits would count all visitors as one and nobody
    could sign in.
    """
    if listener.family == socket.AF_UNIX and not settings.TRUSTED_PROXIES:
        raise CommandError(
            "Behind a Unix socket only the proxy knows where visitors come from. Set"
            " TRUSTED_PROXIES=1 (or as many proxies as stand in a row), and make the proxy add the"
            " address to X-Forwarded-For."
        )


def name_of(listener):
    name = listener.getsockname()
    return name if isinstance(name, str) else f"{name[0]} port {name[1]}"


def become_the_supervisor(listener):
    """This process keeps its number, so what started it may send it signals."""
    listener.set_inheritable(True)
    os.chdir(settings.BASE_DIR)
    command = [sys.executable, "-m", "forum.serving.supervisor", str(listener.fileno())]
    os.execv(sys.executable, command)  # noqa: S606 - our own module, no shell
