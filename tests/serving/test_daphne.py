"""daphne, and so `runserver`, refuses what is too much as uvicorn does: before it has come, with
the same page.
"""

import socket
from pathlib import Path

import pytest
from django.conf import settings

from forum.serving.http_protocol import CHUNKS, HEAD
from forum.serving.security_headers import HEADERS
from tests.support.polling import until
from tests.support.server import Server
from tests.support.static_files import collected  # noqa: F401 - the static files

LIMIT = settings.MAX_BODY
POST = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type:"
    b" application/x-www-form-urlencoded\r\n"
)
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
SOCKET = b"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + b"A" * 22 + b"==\r\n"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker, collected):  # noqa: F811
    with django_db_blocker.unblock():
        server = Server("daphne", STATIC_ROOT=collected).start()
    yield server
    server.stop()


def connected(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def told(server, *parts):
    """All that the server says until it closes, after all parts have been sent."""
    with connected(server) as line:
        for part in parts:
            line.sendall(part)
        return b"".join(iter(lambda: line.recv(65536), b""))


def chunk(size):
    return b"%x\r\n" % size + b"x" * size + b"\r\n"


REFUSED = {
    "too large, announced": ([POST + b"Content-Length: %d\r\n\r\n" % (LIMIT + 1)], 413),
    "too large, and sent": ([POST + b"Content-Length: 5000000\r\n\r\n", b"x" * 5_000_000], 413),
    "too large, in chunks": ([CHUNKED, *[chunk(50_000)] * 100], 413),
    "many chunks": ([CHUNKED, chunk(1) * (CHUNKS + 2000)], 400),
    "a long cookie": ([GET + b"Cookie: theme=" + b"x" * HEAD + b"\r\n\r\n"], 431),
    "a line without end": ([GET + b"Cookie: theme=" + b"x" * 2 * HEAD], 431),
    "a long cookie of a socket": (
        [SOCKET + KEY + b"Cookie: theme=" + b"x" * HEAD + b"\r\n\r\n"],
        431,
    ),
    "many headers": ([GET + b"a: b\r\n" * 1000 + b"\r\n"], 431),
    "a long head": ([GET + (b"a: " + b"b" * 1000 + b"\r\n") * 80 + b"\r\n"], 431),
    "an odd name": ([GET + b"a(b: c\r\nConnection: close\r\n\r\n"], 400),
    "an odd value": ([GET + b"a: b\x01c\r\nConnection: close\r\n\r\n"], 400),
    "an odd path": ([GET.replace(b" / ", b" /\xff ") + b"Connection: close\r\n\r\n"], 400),
    "an odd query": ([GET.replace(b" / ", b" /?\xff ") + b"Connection: close\r\n\r\n"], 400),
    "two lengths": ([POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"], 400),
    "no HTTP": ([b"\x16\x03\x01\r\n\r\n", b"x" * 5_000_000], 400),
    "a socket for another site": ([SOCKET + KEY + b"Origin: https://example.org\r\n\r\n"], 403),
    "a socket without a key": ([SOCKET + b"\r\n"], 400),
    "a socket of odd protocols": (
        [SOCKET + KEY + b"Sec-WebSocket-Protocol: chat, caf\xc3\xa9\r\n\r\n"],
        400,
    ),
    "a socket by POST": ([SOCKET.replace(b"GET", b"POST") + KEY + b"\r\n"], 405),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_so_with_all_safety_headers(server, name):
    parts, status = REFUSED[name]

    answer = told(server, *parts)

    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert all(head.count(b"\r\n%b: " % header.encode()) == 1 for header in HEADERS), head
    assert (
        status in (403, 405)
        or "a socket " in name
        or b'class="problem__code">%d<' % status in answer
    )


def test_a_body_within_the_limit_is_taken_and_kept_in_memory(server):
    length, before = b"Content-Length: %d\r\n\r\n" % LIMIT, deleted_files_of(server)
    with connected(server) as line:
        line.sendall(POST + length + b"x" * (LIMIT // 2))
        line.sendall(b"x" * (LIMIT // 4))
        with connected(server) as other:
            other.sendall(GET + b"Connection: close\r\n\r\n")
            until(lambda: not other.recv(65536))
        assert deleted_files_of(server) == before
        line.sendall(b"x" * (LIMIT - LIMIT // 2 - LIMIT // 4))

        assert line.recv(65536).startswith(b"HTTP/1.1 403")  # no token


def deleted_files_of(server):
    """That it has open, as temporary files are."""
    files = [str(file.readlink()) for file in Path(f"/proc/{server.process.pid}/fd").iterdir()]
    return sorted(file for file in files if file.endswith("(deleted)"))


def test_after_a_body_the_connection_takes_another_request(server):
    with connected(server) as line:
        line.sendall(POST + b"Content-Length: 5\r\n\r\nhello" + GET + b"Connection: close\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 403")
    assert b"HTTP/1.1 200" in answer
