"""Guests' pages from nginx with its cache, compared with a static file and the forum alone.

nginx is configured by deploy/nginx.conf; the file has the size of the page.

First the throughput, then the age of the oldest page served while a member posts five times per
second.
"""

import re
import socket
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from bench.report import record, title
from bench.site import prepared, serving
from bench.weight import forum
from tests.deploy.site import Nginx

CONNECTIONS = 16  # requests are sent on all of them, then all responses are read
SECONDS = 5
PAUSE = 0.2  # seconds between two posts
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def main():
    title(f"Guests' topic page behind nginx, {CONNECTIONS} connections")
    with prepared() as address:
        page = forum()
        with serving(address) as server, nginx_for(address) as nginx:
            measure_throughput(address, page, server, nginx)
            title(f"The same while somebody posts every {PAUSE} s")
            measure_age(page, nginx)


def measure_throughput(address, page, server, nginx):
    port = int(address.rpartition(":")[2])
    body = Crowd(port, page, 1).request_all()[0]
    (nginx.static / "same.txt").write_bytes(body)
    workers = children(nginx.process.pid)
    record("compressed page", len(body) / 1000, "kB")

    file = Crowd(nginx.port, "/static/same.txt").run(workers)
    kept = Crowd(nginx.port, page).run([*workers, server.pid])
    bare = Crowd(port, page).run([server.pid])

    record("a file of that size from nginx", file.speed, "a second")
    record(
        "the page from nginx",
        kept.speed,
        "a second",
        at_least=0.7,
        reference=file.speed,
        of_reference=True,
    )
    record("the page from the forum itself", bare.speed, "a second", reference=file.speed)
    record("CPU: a file of that size from nginx", file.cost, "µs")
    record("CPU: the page from nginx, with the forum's part", kept.cost, "µs", reference=file.cost)
    record("CPU: the page from the forum itself", bare.cost, "µs", reference=file.cost)


def measure_age(page, nginx):
    topic = topic_of(page)
    committed = {topic.change: 0.0}  # change -> time of its commit
    writing = threading.Thread(target=write, args=(topic, committed))
    crowd, ages = Crowd(nginx.port, page, compressed=False), []
    writing.start()
    while writing.is_alive():
        for body in crowd.request_all():
            shown = int(re.search(rb'data-change="(\d+)"', body).group(1))
            superseded = committed.get(shown + 1)
            ages.append(time.time() - superseded if superseded else 0.0)
    record("pages served", len(ages), "pages")
    record("oldest page served: out of date for", max(ages) * 1000, "ms", at_most=1000)


def write(topic, committed):
    from django.db import connection

    for n in range(int(SECONDS / PAUSE)):
        topic.reply(topic.author, f"Post {n} while others read.")
        topic.refresh_from_db()
        committed[topic.change] = time.time()
        time.sleep(PAUSE)
    connection.close()


def topic_of(page):
    from forum.models import Topic

    return Topic.objects.get(pk=re.match(r"/t/(\d+)", page).group(1))


class Crowd:
    """Connections that request the same page. `run` sets `speed` (pages/s), `cost` (µs of CPU)."""

    def __init__(self, port, path, connections=CONNECTIONS, compressed=True):
        self.lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
        encoding = "gzip" if compressed else "identity"
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: {encoding}"
        self.request = f"{head}\r\n\r\n".encode()

    def run(self, processes):
        self.request_all()
        started, spent, pages = time.monotonic(), cpu_of(processes), 0
        while time.monotonic() - started < SECONDS:
            pages += len(self.request_all())
        self.speed = pages / (time.monotonic() - started)
        self.cost = (cpu_of(processes) - spent) / pages * 1e6
        return self

    def request_all(self):
        for line in self.lines:
            line.sendall(self.request)
        return [body_from(line) for line in self.lines]


def body_from(line):
    data = receive(line)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += receive(line)
    if not data.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(data[:200])
    wanted = end + 4 + int(LENGTH.search(data, 0, end).group(1))
    while len(data) < wanted:
        data += receive(line)
    return data[end + 4 :]


def receive(line):
    if data := line.recv(65536):
        return data
    raise RuntimeError("The server closed a persistent connection.")


@contextmanager
def nginx_for(address):
    with tempfile.TemporaryDirectory() as folder:
        nginx = PlainNginx(Path(folder))
        nginx.site_port = int(address.rpartition(":")[2])
        nginx.static.mkdir()
        nginx.start()
        try:
            yield nginx
        finally:
            nginx.stop()


class PlainNginx(Nginx):
    """Without TLS, which would dominate the cost."""

    def site(self):
        return super().site().replace(" ssl http2;", ";")


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_of(processes):
    """CPU seconds that these processes have used so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in processes]
    return sum(int(user) + int(system) for _, *_, user, system in (f[:13] for f in fields)) / 100


if __name__ == "__main__":
    main()
