"""The parent of the server processes.

`manage.py serve` execs it as `python -m forum.serving.supervisor FD`. It keeps the
listening socket FD open, starts WEB_CONCURRENCY processes on it and restarts those that die. SIGHUP
restarts them one by one, with new code; SIGTERM stops all.

It never loads Django: that would take the memory of another process, and the loaded code would get
out of date.
"""

import signal
import socket
import sys

from uvicorn import Config
from uvicorn.supervisors.multiprocess import Multiprocess

from forum.observability.logs import LINES
from forum.serving.uvicorn_options import server_options


class Supervisor(Multiprocess):
    """Reacts to SIGTERM and SIGINT at once, even while it restarts processes."""

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
