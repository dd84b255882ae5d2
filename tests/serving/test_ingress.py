"""What comes over HTTP is looked at where it comes in: sizes, times and letters, on a real
server.
"""

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from io import BytesIO

import pytest
import uvicorn
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest

from forum.serving import bodies, http_protocol
from forum.serving.bodies import BufferBudget
from forum.serving.http_protocol import Connection
from forum.serving.ingress import Ingress
from forum.serving.security_headers import HEADERS, SecurityHeaders
from forum.serving.uvicorn_options import server_options
from tests.support.server import free_port

pytestmark = pytest.mark.servers

LIMIT = settings.MAX_BODY
POST = b"POST / HTTP/1.1\r\nHost: here\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


class Application:
    """Answers with what it was given, as the request's path says."""

    def __init__(self):
        self.scopes, self.received = [], 0

    async def __call__(self, scope, receive, send):
        self.scopes.append(scope)
        if scope["path"] == "/":
            self.received = len((await receive())["body"])
        body = b"x" * (30_000_000 if scope["path"] == "/large" else 5)
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for start in range(0, len(body), 100_000):
            await send(
                {
                    "type": "http.response.body",
                    "body": body[start : start + 100_000],
                    "more_body": True,
                }
            )
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def application():
    return Application()


@pytest.fixture
async def server(application, monkeypatch):
    monkeypatch.setattr(Connection, "ending", False)
    options = {**server_options(), "loop": "none", "port": free_port(), "log_level": "critical"}
    server = uvicorn.Server(uvicorn.Config(SecurityHeaders(Ingress(application)), **options))
    running = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server
    server.should_exit = True
    await running


@asynccontextmanager
async def connected(server, **options):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port, **options)
    yield reader, writer
    writer.close()


async def told(server, *parts):
    """All that the server says to these parts until it closes."""
    async with connected(server) as (reader, writer):
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.read(), 15)


def status(answer):
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "path", [b"/", b"/static/css/site.css", b"/health/live", b"/live/feed", b"/unread"]
)
@pytest.mark.parametrize("length", [LIMIT + 1, 400_000_000, 10**17])
async def test_what_is_announced_as_too_large_is_refused_before_it_comes(
    server, application, path, length
):
    answer = await told(
        server, b"POST %b HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % (path, length)
    )

    assert status(answer) == 413
    assert b"connection: close" in answer
    assert not application.scopes


async def test_what_only_turns_out_to_be_too_large_is_refused_then(server, application):
    chunk = b"%x\r\n" % 50_000 + b"x" * 50_000 + b"\r\n"

    answer = await told(server, CHUNKED, *[chunk] * (LIMIT // 50_000 + 1))

    assert status(answer) == 413
    assert not application.received


UPLOAD = (
    b"POST /uploads/ HTTP/1.1\r\nHost: here\r\nContent-Type: multipart/form-data; boundary=x\r\n"
)
SESSION = b"Cookie: sessionid=abc\r\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (UPLOAD + SESSION, 200),
        (UPLOAD, 413),
        (UPLOAD.replace(b"/uploads/", b"/t/12/replies/") + SESSION, 200),
        (UPLOAD.replace(b"/uploads/", b"/profile/") + SESSION, 413),
        (UPLOAD.replace(b"multipart/form-data; boundary=x", b"text/plain") + SESSION, 413),
    ],
)
async def test_only_forms_with_files_of_a_session_may_be_large(server, head, expected):
    async with connected(server) as (reader, writer):
        writer.write(head + b"Content-Length: %d\r\n\r\n" % (LIMIT + 1) + b"x" * (LIMIT + 1))
        line = await asyncio.wait_for(reader.readuntil(b"\r\n"), 15)

    assert status(line) == expected


async def test_a_form_with_files_has_a_limit_too(server, application):
    length = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1

    answer = await told(server, UPLOAD + SESSION + b"Content-Length: %d\r\n\r\n" % length)

    assert status(answer) == 413
    assert not application.scopes


async def test_a_body_up_to_the_limit_is_taken(server, application):
    async with connected(server) as (reader, writer):
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % LIMIT + b"x" * LIMIT)
        assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"xxxxx"), 15)

    assert application.received == LIMIT


@pytest.mark.parametrize(
    "parts",
    [
        [POST + b"Content-Length: 5\r\n\r\n"],
        [POST + b"Content-Length: 5\r\n\r\nabcd"],
        [CHUNKED],
        [CHUNKED + b"5\r\nab"],
    ],
)
async def test_a_body_that_does_not_come_is_not_waited_for(server, application, monkeypatch, parts):
    monkeypatch.setattr(bodies, "GRACE", 0.05)

    assert status(await told(server, *parts)) == 408
    assert not application.received


async def test_a_body_that_comes_by_drops_gets_no_more_time_than_its_bytes_are_worth(
    server, application, monkeypatch
):
    monkeypatch.setattr(bodies, "GRACE", 0.2)
    async with connected(server) as (reader, writer):
        writer.write(POST + b"Content-Length: 100000\r\n\r\n")
        answering = asyncio.ensure_future(reader.readuntil(b"\r\n"))
        while not answering.done():
            writer.write(b"x")
            await asyncio.wait({answering}, timeout=0.02)

    assert status(answering.result()) == 408


async def test_bodies_that_one_network_leaves_incomplete_take_a_bounded_room_and_the_first_makes_it(
    server, application, monkeypatch
):
    monkeypatch.setattr(bodies, "MAX_BUFFERED", 250_000)
    monkeypatch.setattr(bodies, "GRACE", 60)
    head = POST + b"Content-Length: 200000\r\n\r\n"

    async with connected(server) as (first_reader, first), connected(server) as (_reader, second):
        first.write(head + b"x" * 100_000)
        await until(lambda: taken() == 100_000)
        second.write(head + b"x" * 100_000)
        await until(lambda: taken() == 200_000)
        async with connected(server) as (reader, third):
            third.write(head + b"x" * 60_000)

            assert status(await asyncio.wait_for(first_reader.read(), 15)) == 408
            assert taken() == 160_000
            second.close()
            await until(lambda: taken() == 60_000)
            third.write(b"x" * 140_000)
            assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"xxxxx"), 15)
    await until(lambda: not BufferBudget.by_network)
    assert application.received == 200_000


async def test_whoever_leaves_bodies_incomplete_keeps_nobody_at_the_same_address_from_sending(
    server, monkeypatch
):
    monkeypatch.setattr(bodies, "MAX_BUFFERED", 500_000)
    monkeypatch.setattr(bodies, "GRACE", 60)
    others = [await asyncio.open_connection("127.0.0.1", server.config.port) for _ in range(20)]
    for _reader, writer in others:
        writer.write(POST + b"Content-Length: 200000\r\n\r\n" + b"x" * 100_000)
    await until(lambda: taken() == 500_000)

    for size in (100, 100_000, LIMIT // 3):
        async with connected(server) as (reader, writer):
            writer.write(POST + b"Content-Length: %d\r\n\r\n" % size + b"x" * (size // 2))
            await writer.drain()
            writer.write(b"x" * (size - size // 2))
            assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"xxxxx"), 15)
    for _reader, writer in others:
        writer.close()


async def test_a_body_that_is_larger_than_the_whole_room_makes_room_itself(
    server, application, monkeypatch
):
    monkeypatch.setattr(bodies, "MAX_BUFFERED", 50_000)

    answer = await told(server, POST + b"Content-Length: 200000\r\n\r\n", b"x" * 100_000)

    assert status(answer) == 408
    assert not BufferBudget.by_network
    assert not application.received


def taken():
    return sum(room.taken for room in BufferBudget.by_network.values())


async def until(condition):
    async with asyncio.timeout(8):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS"])
@pytest.mark.parametrize("announced", [b"Content-Length: 3", b"Transfer-Encoding: chunked"])
async def test_only_a_post_has_a_body(server, application, method, announced):
    answer = await told(server, b"%b / HTTP/1.1\r\nHost: here\r\n%b\r\n\r\n" % (method, announced))

    assert status(answer) == 400
    assert not application.scopes


async def test_what_nobody_reads_ends_the_connection_with_the_answer(server, application):
    answer = await told(
        server, b"POST /unread HTTP/1.1\r\nHost: here\r\nContent-Length: 900000\r\n\r\n", b"x" * 10
    )

    assert status(answer) == 200
    assert b"connection: close" in answer


@pytest.mark.parametrize(
    "flood",
    [
        CHUNKED + b"1\r\nx\r\n" * 10_000,
        CHUNKED + b"1;" + b"e" * 50 + b"\r\nx\r\n" * 10_000,
        CHUNKED + b"0\r\n" + b"a: b\r\n" * 10_000,
        b"\r\n" * 40_000,
    ],
    ids=["chunks", "chunks after one with an extension", "trailers", "empty lines"],
)
async def test_what_is_small_and_many_is_refused_before_all_of_it_is_parsed(
    server, application, flood
):
    answer = await told(server, flood)

    assert status(answer) in (400, 431)
    assert not application.received


async def test_of_requests_sent_before_an_answer_only_a_few_are_parsed(server, application):
    with suppress(ConnectionResetError):  # the rest was not read
        await told(server, b"GET /a HTTP/1.1\r\nHost: here\r\n\r\n" * 10_000)

    assert len(application.scopes) <= http_protocol.PIPELINED + 1


async def test_a_body_in_a_few_small_chunks_is_taken(server, application):
    answer = asyncio.create_task(told(server, CHUNKED + b"1\r\nx\r\n" * 1000 + b"0\r\n\r\n"))
    async with asyncio.timeout(15):
        while application.received != 1000:
            await asyncio.sleep(0.01)
    answer.cancel()


async def test_an_empty_line_gives_an_idle_connection_no_time_without_end(server, monkeypatch):
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 0.2)

    async with connected(server) as (reader, writer):
        writer.write(b"GET /a HTTP/1.1\r\nHost: here\r\n\r\n")
        await asyncio.wait_for(reader.readuntil(b"xxxxx"), 15)
        writer.write(b"\r\n")

        assert await asyncio.wait_for(reader.read(), 15) == b""


async def test_a_head_without_end_is_refused(server, application):
    async with connected(server) as (reader, writer):
        answering = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n"))
        writer.write(b"GET / HTTP/1.1\r\n")
        while not answering.done():
            writer.write(b"X-Long: " + b"x" * 1000 + b"\r\n")
            await asyncio.wait({answering}, timeout=0.001)
        answer = answering.result()

    assert status(answer) == 431
    assert b"content-security-policy: " + HEADERS["content-security-policy"].encode() in answer
    assert not application.scopes


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"X-Long: " + b"x" * 70_000, 431),
        (b"Cookie: theme=" + b"x" * 70_000, 431),
        (b"Content-Length: 1\r\nContent-Length: 2", 400),
        (b"Content-Length: -1", 400),
        (b"Content-Length: 5_0", 400),
        (b"Content-Type: text/plain; charset=unicode_escape", 415),
        (b"Content-Type: multipart/form-data; boundary=a; charset=rot13", 415),
        (b'Content-Type: text/plain; charset="UTF-8"', 200),
    ],
)
async def test_heads_that_make_no_sense_are_refused(server, application, head, expected):
    assert (
        status(
            await told(
                server, b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n%b\r\n\r\n" % head
            )
        )
        == expected
    )


@pytest.mark.parametrize(
    "line",
    [b"GARBAGE", b"GET / HTTP/9", b"G\x00T / HTTP/1.1", b"GET /\xff HTTP/1.1", b"\x16\x03\x01"],
)
async def test_what_is_no_http_is_answered_with_all_safety_headers(server, line):
    answer = await told(server, line + b"\r\nHost: here\r\n\r\n")

    assert status(answer) == 400
    assert all(
        b"%b: %b" % (name.encode(), value.encode()) in answer for name, value in HEADERS.items()
    )


@pytest.mark.parametrize("query", [b"a=" + b"&" * 1000, b"&" * 5000, b"a=\xff"])
async def test_queries_that_can_not_be_read_are_refused(server, application, query):
    assert status(await told(server, b"GET /?%b HTTP/1.1\r\nHost: here\r\n\r\n" % query)) == 400
    assert not application.scopes


DEAR = {  # what takes Python or Django seconds to read, or fails
    "cookies of backslashes": b'Cookie: a="' + b"\\\\" * 30_000 + b'"',
    "cookies of quotes": b'Cookie: theme="' + b'\\"' * 30_000 + b'"',
    "cookies of digits": b'Cookie: sessionid="' + b"\\9" * 30_000 + b'"',
    "cookies of everything": b'Cookie: dismissed="' + b'\\9\\"\\054' * 7000 + b'"',
    "a type of semicolons": b'Content-Type: a/b; c="' + b";" * 60_000,
    "a type of parameters": b"Content-Type: a/b; " + b"c=d;" * 15_000,
    "a type in no language": b"Content-Type: a/b; c*=none''d",
    "a type of a codec": b"Content-Type: multipart/form-data; boundary*=rot13''d",
}


@pytest.mark.parametrize("header", DEAR.values(), ids=DEAR)
async def test_no_header_costs_more_than_its_bytes(header):
    async def read(scope, receive, send):
        request = ASGIRequest(scope, BytesIO())
        assert request.COOKIES == {}
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    name, value = header.split(b": ", 1)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(name.lower(), value)],
    }
    answers, before = [], time.thread_time()

    async def answer(message):
        answers.append(message)

    await Ingress(read)(scope, None, answer)

    assert answers[0]["status"] in (204, 415)
    assert time.thread_time() - before < 1


async def test_headers_come_in_one_form_each(server, application):
    await told(
        server,
        b'GET /a HTTP/1.1\r\nHost: here\r\nConnection: close\r\nCookie: a=1; b="\\000"\r\nCookie:'
        b' c="e";d\r\nAccept-Encoding: gzip;q=0, br\r\nx_forwarded_for: 1.2.3.4\r\n\r\n',
    )

    headers = application.scopes[0]["headers"]
    assert [pair for pair in headers if pair[0] == b"cookie"] == [(b"cookie", b'a=1; c="e"; d')]
    assert (b"accept-encoding", b"br") in headers
    assert not [pair for pair in headers if b"_" in pair[0]]


async def test_who_takes_nothing_of_an_answer_is_let_go(server, monkeypatch):
    monkeypatch.setattr(http_protocol, "PERIOD", 0.2)
    async with connected(server, limit=1000) as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
        async with asyncio.timeout(15):
            while not server.server_state.connections:
                await asyncio.sleep(0.01)
            while server.server_state.connections:
                await asyncio.sleep(0.01)

        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(30_000_000)


class Transport:
    """Whose reader leaves so many bytes waiting at each look."""

    def __init__(self, waiting):
        self.waiting, self.looks, self.is_aborted = list(waiting), [], False

    def get_write_buffer_size(self):
        return self.waiting[0]

    def abort(self):
        self.is_aborted = True

    def call_later(self, seconds, look, *arguments):
        self.looks.append((look, arguments))
        return self


@pytest.mark.parametrize(
    ("waiting", "is_aborted"),
    [
        ([30_000, 25_000, 20_000, 0], False),
        ([30_000, 25_001], True),
        ([3000, 3000], True),
        ([30_000, 0], False),
        ([30_000, 20_000, 20_000], True),
    ],
)
def test_who_takes_an_answer_slowly_is_told_from_who_takes_nothing(waiting, is_aborted):
    connection, transport = Connection.__new__(Connection), Transport(waiting)
    connection.transport = connection.loop = transport

    connection._watch_reader()
    while transport.looks:
        look, arguments = transport.looks.pop()
        transport.waiting.pop(0)
        look(*arguments)

    assert transport.is_aborted == is_aborted
    assert is_aborted or transport.waiting == [0]


async def test_a_failure_outside_of_django_has_the_page_for_it(
    server, application, monkeypatch, caplog
):
    async def fails(scope, receive, send):
        raise RuntimeError("for a test")

    monkeypatch.setattr(Application, "__call__", lambda self, *arguments: fails(*arguments))

    answer = await told(server, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")

    assert status(answer) == 500
    assert b"Something went wrong" in answer
    assert b"for a test" not in answer
    assert b"x-content-type-options: nosniff" in answer
