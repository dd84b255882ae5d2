"""The same engine on real servers: close codes as they arrive, and a client that never reads."""

import json
import os
import random
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from realtime import groups, redis_client
from tests.server import Server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["daphne", "plain uvicorn", "uvicorn"])
def server(request, transactional_db):
    server = Server(request.param).start()
    yield server
    server.stop()


def page_of(server, origin=None):
    return connect(server.address.replace("http", "ws") + "/ws/", origin=origin or server.address)


def answer(page, kind):
    while True:
        message = json.loads(page.recv(timeout=10))
        if message["type"] == kind:
            return message


def watch(page, topic):
    page.send(json.dumps({"type": "watch", "topic": topic.pk, "epoch": topic.epoch, "change": topic.change}))
    return answer(page, "changes")


def test_limits_close_the_socket_with_their_codes_and_others_stay(server, topic):
    with page_of(server) as page, page_of(server) as large, page_of(server) as fast:
        large.send("x" * 4097)
        with suppress(ConnectionClosed):  # it may be closed before it has said all
            for _ in range(40):
                fast.send('{"type": "pong"}')
        page.send(b"\xff\xfe")
        page.send("{")

        assert code_of(large) in (1009, 4009)
        assert code_of(fast) in (1008, 4008)
        assert answer(page, "error")
        assert watch(page, topic)["change"] == topic.change


def code_of(page):
    try:
        while True:
            page.recv(timeout=10)
    except ConnectionClosed as closed:
        return closed.rcvd.code


def test_another_site_is_refused_by_the_server(server):
    with pytest.raises(InvalidStatus) as refused:
        page_of(server, origin="https://evil.example")

    assert refused.value.response.status_code == 403


@pytest.mark.redis
@pytest.mark.parametrize("kind", ["plain uvicorn", "uvicorn"])
def test_clients_that_never_read_cost_little_and_hold_up_nobody(kind, redis, topic, transactional_db):
    server = Server(kind, REDIS_URL=redis.address).start()
    try:
        stuck = [deaf_page(server, topic) for _ in range(8)]
        with page_of(server) as page:
            watch(page, topic)
            before = memory_of(server)
            for number in range(1500):
                publish(topic, number + 2, "x" * 8000)
                if number % 100 == 99:
                    drain(page, number + 2)
            assert memory_of(server) - before < 40 * 2**20  # eight times twelve megabytes, if they were all kept
        for sock in stuck:
            sock.close()
    finally:
        server.stop()


def deaf_page(server, topic):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", server.port))
    headers = {
        "Host": f"127.0.0.1:{server.port}",
        "Origin": server.address,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "A" * 22 + "==",
    }
    lines = ["GET /ws/ HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    sock.sendall("\r\n".join(lines).encode())
    assert sock.recv(4096).startswith(b"HTTP/1.1 101")
    text = json.dumps({"type": "watch", "topic": topic.pk, "epoch": topic.epoch, "change": topic.change}).encode()
    sock.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
    assert b"changes" in sock.recv(4096)
    return sock


def publish(topic, change, text):
    group = groups.of_topic(topic.pk)
    message = {"type": "deliver", "group": group, "topic": topic.pk, "epoch": topic.epoch, "change": change}
    text = json.dumps({"type": "post_update", "change": change, "text": text})
    assert redis_client.tell_groups([(group, {**message, "text": text})])


def drain(page, last):
    while answer(page, "post_update")["change"] < last:
        pass


def memory_of(server):
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.redis
@pytest.mark.parametrize("kind", ["plain uvicorn", "uvicorn"])
def test_who_reads_late_gets_every_frame_whole_and_in_order(kind, redis, topic, transactional_db):
    server = Server(kind, REDIS_URL=redis.address).start()
    try:
        late = deaf_page(server, topic)
        with page_of(server) as page:
            watch(page, topic)
            for change in range(2, 42):
                publish(topic, change, "é" * 4000)
            drain(page, 41)
        assert [json.loads(text)["change"] for text in texts_in(late, 40)] == list(range(2, 42))
        late.close()
    finally:
        server.stop()


def texts_in(sock, count):
    """The next text frames, heartbeats left out."""
    stream = sock.makefile("rb")
    while count:
        kind, size = stream.read(2)
        size = int.from_bytes(stream.read({126: 2, 127: 8}[size])) if size > 125 else size
        text = stream.read(size)
        if kind == 0x81 and b"heartbeat" not in text:
            yield text
            count -= 1


def test_a_server_that_stops_says_so_to_its_pages(topic, transactional_db):
    server = Server("uvicorn").start()
    with page_of(server) as page:
        watch(page, topic)
        server.stop()

        assert code_of(page) == 1012


def test_text_that_is_no_utf8_closes_its_own_socket_only(server, topic):
    with page_of(server) as page:
        sock = deaf_page(server, topic)
        sock.sendall(b"\x81\x82\0\0\0\0\xff\xfe")
        if server.kind != "daphne":  # which resets the connection
            assert sock.recv(4096)[:4] == b"\x88\x02\x03\xef"  # 1007
        assert watch(page, topic)["change"] == topic.change


def test_no_bytes_end_the_server(server, topic):
    chance = random.Random(1)
    with page_of(server) as page:
        for _ in range(150):
            sock = deaf_page(server, topic)
            with suppress(OSError):
                for _ in range(8):
                    sock.sendall(frame_by(chance))
            sock.close()
        assert watch(page, topic)["change"] == topic.change


def frame_by(chance):
    """Any opcode, flags and length, masked or not, and now and then not even that."""
    body = chance.randbytes(chance.choice([0, 1, 20, 125]))
    first = chance.choice([0x81, 0x01, 0x80, 0x88, 0x89, 0x8A, 0x82, chance.randrange(256)])
    mask = chance.choice([0x80, 0x80, 0x80, 0])
    return bytes([first, mask | len(body)]) + (b"\0\0\0\0" if mask else b"") + body
