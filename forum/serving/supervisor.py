"""The parent of the processes that serve: `python -m forum.serving.supervisor FD`, which `manage.py
serve` becomes.

It holds the listening socket FD open, starts WEB_CONCURRENCY processes on it and replaces those
that die. SIGHUP replaces one after the other with new ones, and with them the code; SIGTERM ends
all. It never loads Django: that would cost as much memory as one more process, and what it had
loaded would stay old.
"""

import signal
import socket
import sys

from uvicorn import Config
from uvicorn.supervisors.multiprocess import Multiprocess

from forum.observability.logs import LINES
from forum.serving.uvicorn_options import server_options


class Supervisor(Multiprocess):
    """Hears at once that it should end, also while it replaces processes."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.should_exit.set())


def main(fd):
    Supervisor(
        Config("forum.asgi:application", log_config=LINES, **server_options()),
        [socket.socket(fileno=fd)],
    ).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
