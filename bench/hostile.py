"""The effect of hostile clients on readers, as p99 with and without them.

The clients: sockets that never read, refused handshakes, floods (floods.py), a hanging mail server
(mail_servers.py), and large requests (large_requests.py).

300 pages receive 50 events of 8 KiB per second, next to 200 sockets that watch but never read, and
then 5,000 refused handshakes per minute from another origin. Three interleaved rounds.
"""

import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from statistics import median

from bench.engine.contenders import FastPath
from bench.engine.files import allow_files
from bench.engine.forum import forum_with
from bench.processes import memory
from bench.report import record, title

READERS, STUCK, ROUNDS = 300, 200, 3
EVENTS, RATE = 1000, 50  # events; per second
# A thousand of these exceed the kernel's buffer of a client that does not read.
MORE = {"more": "x" * 7000}
REFUSED = 5000  # per minute


def main():
    allow_files(16_384)
    with forum_with(members=500) as forum:
        title(f"{READERS} pages that read, {RATE} events of 8 KiB a second")
        forum.more = MORE
        rounds = [
            (alone(forum), *with_stuck_sockets(forum), *with_refused_handshakes(forum))
            for _ in range(ROUNDS)
        ]
    reading, stuck, grown, given_up, refused, answered = map(median, zip(*rounds, strict=True))
    record("published to arrived, p99, among themselves", reading, "ms")
    record(
        f"the same beside {STUCK} that never read",
        stuck,
        "ms",
        reference=reading,
        at_most=2,
        of_reference=True,
    )
    record(f"memory for these {STUCK} during {EVENTS:,} events", grown, "MiB", at_most=64)
    record("of them given up by then", given_up, "", at_least=STUCK)
    record(
        "p99 beside refused handshakes",
        refused,
        "ms",
        reference=reading,
        at_most=2,
        of_reference=True,
    )
    record("handshakes refused", answered, "a minute", at_least=0.95 * REFUSED)
    # These create forums of their own.
    for other in ("bench.floods", "bench.mail_servers", "bench.large_requests"):
        subprocess.run([sys.executable, "-m", other], check=True)


def alone(forum):
    with FastPath(forum) as parley:
        return p99(parley)


def with_stuck_sockets(forum):
    """(p99, growth of the server in MiB, number of sockets it dropped)."""
    with FastPath(forum) as parley:
        before = memory(parley.pid)
        stuck = [open_unread_socket(parley.port, forum) for _ in range(STUCK)]
        slow = p99(parley)
        grown = memory(parley.pid) - before
        given_up = sum(map(is_closed, stuck))
    return slow, grown, given_up


def with_refused_handshakes(forum):
    with FastPath(forum) as parley, refused_handshakes(parley.port) as answered:
        began = time.monotonic()
        slow = p99(parley)
        return slow, len(answered) / (time.monotonic() - began) * 60


def p99(parley):
    pages = parley.open_pages(READERS)
    began = time.monotonic()
    for number in range(EVENTS):
        time.sleep(max(0, began + number / RATE - time.monotonic()))
        parley.publish()
    pages.wait_for(EVENTS)
    return pages.end()["p99"]


def open_unread_socket(port, forum):
    page = shake_hands(port, f"http://127.0.0.1:{port}")
    ask = forum.watches[0].encode()
    page.sendall(bytes([0x81, 0x80 | len(ask), 0, 0, 0, 0]) + ask)
    return page


def is_closed(page):
    page.settimeout(1)
    try:
        while page.recv(2**20):
            pass
    except TimeoutError:
        return False
    except ConnectionResetError:
        pass
    return True


def shake_hands(port, origin):
    page = socket.socket()
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    page.connect(("127.0.0.1", port))
    page.sendall(
        f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\nUpgrade:"
        " websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key:"
        f" {'A' * 22}==\r\n\r\n".encode()
    )
    page.recv(4096)
    return page


@contextmanager
def refused_handshakes(port):
    """Send REFUSED handshakes per minute from another origin; yields the list of those answered."""
    answered, over = [], threading.Event()

    def shake():
        began = time.monotonic()
        while not over.is_set():
            time.sleep(max(0, began + len(answered) * 60 / REFUSED - time.monotonic()))
            shake_hands(port, "https://elsewhere.example").close()
            answered.append(time.monotonic())

    visitor = threading.Thread(target=shake)
    visitor.start()
    try:
        yield answered
    finally:
        over.set()
        visitor.join()


if __name__ == "__main__":
    main()
