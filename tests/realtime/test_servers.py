"""The same engine on real servers: close codes as they arrive, and a client that never reads."""

import json
import os
import socket
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
