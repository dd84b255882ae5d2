"""manage.py serve: starts the production server."""

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
        "Serves the forum in production, with uvicorn. SIGHUP restarts its processes one by one,"
        " SIGTERM stops it; accepted requests are answered in both cases."
    )
    requires_system_checks = []  # run below, when the number of processes is known

    def add_arguments(self, parser):
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--bind",
            default="127.0.0.1:8000",
            metavar="ADDRESS",
            help="HOST:PORT or unix:PATH (default: %(default)s)",
        )
        where.add_argument(
            "--fd", type=int, help="listen on this file descriptor, for example from systemd"
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
        self.check_ready()
        listener = self.listen(bind, fd)
        check_client_addresses(listener)
        logger.info("Parley listens on %s with %d process(es).", name_of(listener), processes)
        exec_supervisor(listener)

    def check_ready(self):
        try:
            found = list(problems())
        except DatabaseError as error:
            raise CommandError(
                f"The database can't be reached: {error}\nSee DATABASE_URL."
            ) from error
        if found:
            raise CommandError("\n".join(found))
        connections.close_all()

    def listen(self, bind, fd):
        try:
            return bound(bind) if fd is None else inherited(fd)
        except (OSError, ValueError) as error:
            where = bind if fd is None else f"file descriptor {fd}"
            raise CommandError(f"Can't listen on {where}: {error}") from error


def check_client_addresses(listener):
    """Refuse a Unix socket without trusted proxies: all clients would share one rate limit."""
    if listener.family == socket.AF_UNIX and not settings.TRUSTED_PROXIES:
        raise CommandError(
            "On a Unix socket only the proxy knows the addresses of clients. Set TRUSTED_PROXIES=1"
            " (or the number of chained proxies), and make the proxy add the address to"
            " X-Forwarded-For."
        )


def name_of(listener):
    name = listener.getsockname()
    return name if isinstance(name, str) else f"{name[0]} port {name[1]}"


def exec_supervisor(listener):
    """Replace this process by the supervisor, with the same process id, for signals."""
    listener.set_inheritable(True)
    os.chdir(settings.BASE_DIR)
    command = [sys.executable, "-m", "forum.serving.supervisor", str(listener.fileno())]
    os.execv(sys.executable, command)  # noqa: S606 - our own module, no shell
