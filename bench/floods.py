"""The effect on readers of eight clients that flood the server: p99 of page loads with and without.

Each client sends 1.2 MB per second, and reconnects 0.1 s after it is disconnected. Prints the
figures; with KIND PORT it floods instead.
"""

import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from statistics import median, quantiles

from bench.processes import cpu, memory
from bench.report import record, title
from bench.site import ROOT, free_port, wait_for
from tests.realtime.book import BINARY, CONTINUED, PING, PONG, TEXT, closing, frame, spoken

CLIENTS, RATE, AWAY = 8, 1_200_000, 0.1  # clients; bytes per second of each; seconds
ROUNDS, SECONDS, PACE = 3, 5, 0.02  # rounds; seconds per round, and between two pages
CHUNK = 60_000  # bytes
FLOODS = {
    "pings": (b"", frame(PING)),
    "pongs": (b"", frame(PONG)),
    "empty texts": (b"", frame(TEXT)),
    "empty bytes": (b"", frame(BINARY)),
    "parts of a message": (frame(TEXT, last=False), frame(CONTINUED, last=False)),
    "pings in parts": (b"", frame(PING, last=False)),
    "texts after a close": (closing(1000), frame(TEXT, spoken(""))),
    "frames without a mask": (b"", frame(PING, masked=False)),
    "large messages": (b"", frame(BINARY, bytes(4096))),
    "segments of one byte": (b"", frame(PING)),
    "pings and nothing read": (b"", frame(PING, bytes(125))),
    "waiting requests": None,
}
SERVERS = {
    "fast path": ["-c", "{options}", "realtime.connections.uvicorn_protocol:Protocol"],
    "plain uvicorn": ["-c", "{options}", "websockets-sansio"],
    "daphne": ["-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "forum.asgi:application"],
}
UVICORN = """
import sys, uvicorn
from forum.serving.uvicorn_options import server_options
options = server_options() | {{"ws": sys.argv[1]}}
uvicorn.run("forum.asgi:application", port={port}, log_level="warning", **options)
"""


def measure(server, page, in_front=None, floods=FLOODS):
    """Print the figures of one server; `in_front` is a context manager for a proxy's port."""
    way = f"{server}, behind nginx" if in_front else server
    title(f"Pages beside {CLIENTS} such clients: {way}")
    with (
        serving(server) as (process, port),
        in_front(port) if in_front else nullcontext(port) as entrance,
    ):
        times(entrance, page)
        for kind in floods:
            before = memory(process.pid)
            rounds = [
                (*round_of(process, entrance, page), *round_of(process, entrance, page, kind))
                for _ in range(ROUNDS)
            ]
            alone, spent_alone, beside, spent = map(median, zip(*rounds, strict=True))
            grown = memory(process.pid) - before
            figure = f"{way}: {kind}"
            record(
                f"{figure}: p99 of readers",
                beside,
                "ms",
                at_most=2,
                reference=alone,
                of_reference=True,
            )
            record(f"{figure}: CPU, and without them", spent, "% of a core", reference=spent_alone)
            record(f"{figure}: memory", grown, "MiB", at_most=64)


def round_of(process, entrance, page, kind=None):
    """(p99 of page loads in ms, CPU of the server in % of a core), during a flood if given."""
    with flooding(kind, entrance) if kind else nullcontext():
        before, began = cpu(process.pid), time.monotonic()
        found = p99(times(entrance, page))
        return found, (cpu(process.pid) - before) / (time.monotonic() - began) * 100


@contextmanager
def serving(server):
    port = free_port()
    named = {"port": port, "options": UVICORN.format(port=port)}
    command = [sys.executable, *(part.format(**named) for part in SERVERS[server])]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/", process)
        yield process, port
    finally:
        process.kill()
        process.wait()


@contextmanager
def flooding(kind, port):
    sender = subprocess.Popen(
        [sys.executable, "-m", "bench.floods", kind, str(port)], cwd=ROOT, stdout=subprocess.PIPE
    )
    sender.stdout.readline()
    try:
        yield
    finally:
        sender.kill()
        sender.wait()


def times(port, page):
    """Milliseconds that a reader waits for each page, requested at a fixed rate.

    Late requests count from when they were due. Every second page is not cached.
    """
    request = f"GET {page} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
    found, due = [], time.monotonic()
    for number in range(int(SECONDS / PACE)):
        due += PACE
        time.sleep(max(0, due - time.monotonic()))
        with socket.create_connection(("127.0.0.1", port), timeout=30) as guest:
            guest.sendall(
                (request + ("Cookie: sessionid=none\r\n\r\n" if number % 2 else "\r\n")).encode()
            )
            if not guest.recv(65536).startswith(b"HTTP/1.1 200"):
                raise SystemExit("A guest got no page.")
        found.append((time.monotonic() - due) * 1000)
        due = max(due, time.monotonic() - 10 * PACE)
    return found


def p99(times):
    return quantiles(times, n=100)[98]


# --- The flooding clients ---


def send(kind, port):
    threads = [
        threading.Thread(target=reconnect, args=(kind, port), daemon=True) for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    threads[0].join()


def reconnect(kind, port):
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            if kind == "waiting requests":
                poll(client, port)
            else:
                flood(client, port, kind)
        time.sleep(AWAY)


def poll(client, port):
    query = "watch=%7B%22news%22:%22now%22%7D&watch=%7B%22list%22:%22latest%22%7D"
    while True:
        client.sendall(
            f"GET /live/feed?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        )
        if not client.recv(65536):
            return


def flood(client, port, kind):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(
        f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin:"
        f" http://127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection:"
        f" Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n".encode()
    )
    client.recv(4096)
    first, again = FLOODS[kind]
    chunk = again * (CHUNK // len(again))
    client.sendall(first)
    began, sent, size = time.monotonic(), 0, 1 if "segments" in kind else len(chunk)
    while True:
        place = sent % len(chunk)
        client.sendall(chunk[place : place + size])
        sent += size
        if kind != "pings and nothing read" and has_ended(client):
            return
        time.sleep(0.0005 if size == 1 else max(0, began + sent / RATE - time.monotonic()))


def has_ended(client):
    """Discard pending input; whether the server has closed the connection."""
    client.setblocking(False)
    try:
        while data := client.recv(65536):
            if b"\x88\x02" in data:  # a close
                return True
    except BlockingIOError:
        return False
    finally:
        client.settimeout(1)
    return True


def main():
    from bench.proxy import nginx_for
    from bench.site import prepared
    from bench.weight import forum

    @contextmanager
    def nginx(port):
        with nginx_for(f"http://127.0.0.1:{port}") as proxy:
            yield proxy.port

    with prepared():
        page = forum()
        for server in SERVERS:
            measure(server, page)
        for server in SERVERS:
            measure(server, page, nginx)


if __name__ == "__main__":
    send(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 2 else main()
