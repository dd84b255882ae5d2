"""Floods on real servers: a client is cut off after a fixed number of frames or bytes.

Odd handshakes are answered, and other pages are not affected.
"""

import json
import socket

import pytest

from forum.serving.frame_meter import FRAMES, FRAMES_AT_ONCE, LARGEST
from forum.serving.security_headers import HEADERS
from tests.realtime.book import BINARY, CONTINUED, PING, PONG, TEXT, closing, frame, spoken
from tests.realtime.connections.test_servers import memory_of
from tests.realtime.protocol.test_frames_by_the_book import ERRORS, is_answered
from tests.realtime.raw import RawPage
from tests.support.server import Server
from tests.support.static_files import collected  # noqa: F401 - the static files

MANY = 20_000
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers, pytest.mark.once]


@pytest.fixture(scope="module", params=["uvicorn", "plain uvicorn", "daphne"])
def server(request, django_db_setup, django_db_blocker, tmp_path_factory, collected):  # noqa: F811
    log = tmp_path_factory.mktemp("log") / "log"
    with django_db_blocker.unblock(), log.open("w") as file:
        server = Server(request.param, log=file, STATIC_ROOT=collected).start()
    server.log_file = log
    yield server
    server.stop()


@pytest.fixture
def other(server, transactional_db):
    """A page beside, which is answered before and after; and nothing is logged as an error."""
    with RawPage(server) as page:
        assert is_answered(page)
        yield page
        assert is_answered(page)
    lines = server.log_file.read_text().splitlines()
    assert [line for line in lines if any(mark in line for mark in ERRORS)] == []


FLOODS = {
    "pings": frame(PING) * MANY,
    "pings of 125 bytes": frame(PING, b"x" * 125) * MANY,
    "pongs": frame(PONG) * MANY,
    "empty texts": frame(TEXT) * MANY,
    "empty bytes": frame(BINARY) * MANY,
    "messages of nothing": frame(TEXT, spoken("")) * MANY,
    "a message in empty parts": frame(TEXT, last=False) + frame(CONTINUED, last=False) * MANY,
    "a message that begins again and again": (frame(TEXT, last=False) + frame(CONTINUED)) * MANY,
    "pings within a message": frame(TEXT, b"{", last=False) + frame(PING) * MANY,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_cut_off_after_so_many_frames(server, other, name):
    with RawPage(server) as page:
        page.send_in_background(FLOODS[name])
        pongs, code = page.pongs_and_code()

    assert code in (1008, 4008)
    assert pongs <= FRAMES_AT_ONCE + FRAMES


@pytest.mark.parametrize(
    "data",
    [
        frame(BINARY, b"x" * 4096) * 100,
        frame(TEXT, b"x" * 10**6),
        frame(TEXT, b"x", last=False) * MANY,
    ],
    ids=["large messages", "one endless message", "a text within a text"],
)
def test_messages_too_large_or_malformed_close_the_socket(server, other, data):
    with RawPage(server) as page:
        page.send_in_background(data)
        page.pongs_and_code()  # returns at the end of the connection


def test_refused_large_messages_leave_no_memory_in_use(server, other):
    """A hundred of a megabyte in parts of 4 KiB: 100 MB, if they were kept."""
    parts = frame(BINARY, bytes(4096), last=False) + frame(CONTINUED, bytes(4096), last=False) * 250
    before = memory_of(server)
    for _ in range(100):
        with RawPage(server) as page:
            page.send_in_background(parts)
            page.pongs_and_code()

    assert memory_of(server) - before < 32 * 2**20


def test_an_answer_may_be_larger_than_a_message(server, other, topic, ada):
    topic.reply(ada, "Tea. " * 4000)
    ask = {"type": "watch", "topic": topic.pk, "epoch": topic.epoch, "change": 1}
    with RawPage(server) as page:
        page.send(frame(TEXT, json.dumps(ask)))

        assert any(len(text) > 4 * LARGEST for _kind, text in iter(page.next_frame, None))


@pytest.mark.parametrize(
    "more", [frame(TEXT, spoken("")), frame(PING), b"\x00"], ids=["texts", "pings", "nonsense"]
)
def test_after_a_close_nothing_is_answered_and_the_connection_ends(server, other, more):
    with RawPage(server) as page:
        page.send_in_background(closing(1000) + more * MANY)
        pongs, _code = page.pongs_and_code()

    assert pongs == 0


def test_a_message_in_segments_of_one_byte_is_read(server, other):
    with RawPage(server) as page:
        for byte in frame(TEXT, '{"type":"watch","news":"now","for":"bytes"}'):
            page.send(bytes([byte]))

        assert any(b'"bytes"' in text for _kind, text in iter(page.next_frame, None))


HANDSHAKES = {
    **{
        f"a cookie of {size} bytes": (("Cookie", "x" * size),)
        for size in (8181, 8182, 8184, 8192, 16_000)
    },
    "two hundred headers": tuple((f"X-{number}", "x") for number in range(200)),
    "a name of 9,000 letters": (("X" * 9000, "x"),),
    "a value beyond ASCII": (("X-Name", "\xff\xfe"),),
    "a body": (("Content-Length", "5"),),
    "a body in chunks": (("Transfer-Encoding", "chunked"),),
    "another version": (("Sec-WebSocket-Version", "99"),),
    "another key": (("Sec-WebSocket-Key", "short"),),
    "two hosts": (("Host", "elsewhere"),),
    "many protocols": (("Sec-WebSocket-Protocol", ",".join(["\xe9"] * 50)),),
}
LINES = {
    "another path": "GET /ws/elsewhere HTTP/1.1",
    "an odd path": "GET /%00%ff%zz?%00 HTTP/1.1",
    "a long path": f"GET /ws/?{'x' * 9000} HTTP/1.1",
    "another method": "POST /ws/ HTTP/1.1",
    "an old protocol": "GET /ws/ HTTP/1.0",
}


@pytest.mark.parametrize("name", [*HANDSHAKES, *LINES])
def test_an_odd_handshake_is_answered(server, other, name):
    """It is accepted, refused or closed, and soon."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=12) as sock:
        sock.sendall(
            handshake(server, LINES.get(name, "GET /ws/ HTTP/1.1"), HANDSHAKES.get(name, ()))
        )
        try:
            answer = sock.recv(65536)
        except ConnectionResetError:
            answer = b""

    if "cookie" in name and server.kind != "daphne":  # which takes all of these
        size = len(f"cookie: {HANDSHAKES[name][0][1]}\r\n")
        assert answer.startswith(b"HTTP/1.1 101" if size <= 8192 else b"HTTP/1.1 431")
    if answer and not answer.startswith(b"HTTP/1.1 101"):
        headers = answer.partition(b"\r\n\r\n")[0].lower()
        assert all(headers.count(b"\r\n%b: " % name.encode()) == 1 for name in HEADERS), answer


def handshake(server, line, more):
    home = f"127.0.0.1:{server.port}"
    headers = {
        "Host": home,
        "Origin": f"http://{home}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
    }
    headers |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "A" * 22 + "=="}
    kept = [
        (name, value) for name, value in headers.items() if name not in dict(more) or name == "Host"
    ]
    body = (
        {"Content-Length": "hello", "Transfer-Encoding": "0\r\n\r\n"}.get(more[0][0], "")
        if more
        else ""
    )
    return "\r\n".join(
        [line, *(f"{name}: {value}" for name, value in [*kept, *more]), "", body]
    ).encode("latin1")
