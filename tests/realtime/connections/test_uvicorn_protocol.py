"""The fast path: frames written directly to a page's socket, on a real connection of uvicorn."""

import asyncio
import json
import socket

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from forum.asgi import application
from forum.serving import frame_meter
from forum.serving.websocket_protocol import MAX_UNREAD
from realtime.connections.uvicorn_protocol import Protocol
from realtime.hub import broadcast
from realtime.protocol import groups
from tests.realtime.book import PING, frame
from tests.realtime.sockets import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers, pytest.mark.once]
HANDSHAKE = (  # with names as uvicorn's HTTP protocol hands them over
    b"GET /ws/ HTTP/1.1\r\nhost: testserver\r\norigin: http://testserver\r\nupgrade:"
    b" websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key:"
    b" AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Browser:
    """A socket that reads only in `read`: `stream` has all bytes so far."""

    def __init__(self, sock):
        self.sock, self.stream = sock, b""
        sock.setblocking(False)

    def send(self, **message):
        text = json.dumps(message).encode()
        self.sock.sendall(bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2) + bytes(4) + text)

    def read(self):
        try:
            while chunk := self.sock.recv(65536):
                self.stream += chunk
        except BlockingIOError:
            return self.stream
        return self.stream

    def texts(self):
        data, found = self.read().partition(b"\r\n\r\n")[2], []
        while data:
            size, start = data[1], 2
            if size > 125:
                start = {126: 4, 127: 10}[size]
                size = int.from_bytes(data[2:start])
            found.append(data[start : start + size].decode())
            data = data[start + size :]
        return found


@pytest.fixture
async def direct(hub, topic):
    """(protocol, browser): a page that watches the topic."""
    loop, state = asyncio.get_running_loop(), ServerState()
    config = Config(application, log_config=None)
    config.load()
    protocol, browser = Protocol(config, state, {}, loop), socket.socket()
    browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        browser.connect(listener.getsockname())
        accepted, _ = listener.accept()
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    await loop.connect_accepted_socket(lambda: protocol, accepted)
    browser.sendall(HANDSHAKE)
    browser = Browser(browser)
    await until(lambda: protocol.page and hub.pages)
    browser.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=topic.change)
    await until(lambda: b"changes" in browser.read())
    yield protocol, browser
    protocol.transport.abort()
    browser.sock.close()


async def test_an_idle_page_leaves_no_task_and_no_scope(direct):
    protocol, _browser = direct

    await until(lambda: not protocol.tasks)
    assert not hasattr(protocol, "scope")


async def test_a_frame_is_written_past_the_server(hub, topic, direct, monkeypatch):
    protocol, browser = direct
    monkeypatch.setattr(protocol.conn, "send_text", None)

    await broadcast.send_to_group(hub.routes, groups.of_topic(topic.pk), "now")

    assert protocol.transport.get_write_buffer_size() == 0
    await until(lambda: browser.texts()[-1] == "now")


async def test_no_frame_overtakes_waiting_ones(hub, topic, direct):
    protocol, browser = direct
    group, sent = groups.of_topic(topic.pk), 0
    while protocol.fast_path is not None:
        await broadcast.send_to_group(hub.routes, group, f"{sent} " + "x" * 5000)
        sent += 1

    browser.read()  # room again, before the transport has written its buffer
    await broadcast.send_to_group(hub.routes, group, f"{sent} last")
    await until(lambda: any("last" in text for text in browser.texts()))

    # without the answer to `watch` and presence, which depends on the clock
    events = [text for text in browser.texts() if not text.startswith("{")]
    assert [int(text.split()[0]) for text in events] == list(range(sent + 1))
    await broadcast.send_to_group(hub.routes, group, "direct again")
    assert protocol.fast_path is not None


async def test_a_page_that_does_not_read_is_closed_when_64_kib_wait(hub, topic, direct):
    protocol, _browser = direct
    page, most = protocol.page, 0

    while not protocol.is_closed:
        await broadcast.send_to_group(hub.routes, groups.of_topic(topic.pk), "x" * 5000)
        most = max(most, protocol.transport.get_write_buffer_size())

    assert 50_000 < most < 66_000
    assert page not in hub.pages
    assert not hub.routes.members


async def test_a_client_that_pings_without_reading_gets_no_more_pongs(direct, monkeypatch):
    """1.3 MB of pings, as if nobody counted them."""
    for limit in ("FRAMES", "FRAMES_AT_ONCE", "BYTES", "BYTES_AT_ONCE", "READS", "READS_AT_ONCE"):
        monkeypatch.setattr(frame_meter, limit, 10**9)
    (protocol, browser), unread = direct, [0]
    received_at = protocol.page.received_at

    def is_heard():
        unread.append(protocol.transport.get_write_buffer_size())
        return protocol.page.received_at > received_at

    await asyncio.get_running_loop().sock_sendall(browser.sock, frame(PING, bytes(125)) * 10_000)
    browser.send(type="pong")
    await until(is_heard)

    assert MAX_UNREAD < max(unread) < 2 * MAX_UNREAD
    assert not protocol.is_closed


async def test_after_too_many_frames_the_page_is_closed_and_not_read_any_more(hub, direct):
    protocol, browser = direct

    browser.sock.sendall(frame(PING) * (frame_meter.FRAMES_AT_ONCE + 1))
    await until(lambda: protocol.is_closed)

    assert not protocol.transport.is_reading()
    assert not hub.pages
    await until(lambda: browser.read().endswith(b"\x88\x02" + (1008).to_bytes(2)))


async def test_a_page_that_disconnects_is_removed(hub, direct):
    protocol, browser = direct

    browser.sock.close()

    await until(lambda: not hub.pages and not hub.routes.members)
    assert protocol.page is None
