"""The engine on real servers: close codes as they arrive, and clients that never read."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from realtime import redis_layer
from realtime.protocol import groups
from realtime.protocol.delivery import Audience, Change, Delivery
from realtime.protocol.hub_messages import encode
from tests.realtime.book import TEXT, frame
from tests.realtime.raw import RawPage
from tests.support.server import Server

STUCK, EVENTS = 200, 1000
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers, pytest.mark.once]


@pytest.fixture(scope="module", params=["runserver", "plain uvicorn", "uvicorn"])
def server(request, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = Server(request.param).start()
    yield server
    server.stop()


def page_of(server, origin=None):
    return connect(server.address.replace("http", "ws") + "/ws/", origin=origin or server.address)


def answer(page, kind):
    while True:
        message = json.loads(page.recv(timeout=60))
        if message["type"] == kind:
            return message


def watch(page, topic):
    page.send(
        json.dumps(
            {"type": "watch", "topic": topic.pk, "epoch": topic.epoch, "change": topic.change}
        )
    )
    return answer(page, "changes")


def test_limits_close_the_socket_with_their_codes_and_others_stay(server, topic):
    with page_of(server) as page, page_of(server) as large, page_of(server) as fast:
        page.send("x" * 4096)
        assert answer(page, "error")
        large.send("x" * 4097)
        with suppress(ConnectionClosed):  # it may be closed before everything is sent
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
            page.recv(timeout=60)
    except ConnectionClosed as closed:
        return closed.rcvd.code


def test_another_site_is_refused_by_the_server(server):
    with pytest.raises(InvalidStatus) as refused:
        page_of(server, origin="https://evil.example")

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("kind", ["plain uvicorn", "uvicorn"])
def test_two_hundred_pages_that_never_read_cost_little_and_delay_nobody(
    kind, redis, topic, transactional_db
):
    """1,000 events of 8 KB for each of them: 1.6 GB, if they were all kept."""
    server = Server(kind, REDIS_URL=redis.address).start()
    try:
        stuck = [deaf_page(server, topic) for _ in range(STUCK)]
        with page_of(server) as page:
            watch(page, topic)
            before, most = memory_of(server), 0
            for number in range(EVENTS):
                publish(topic, number + 2, "x" * 8000)
                if number % 8 == 7:
                    drain(page, number + 2)
                    most = max(most, memory_of(server))
            assert most - before < 64 * 2**20
        for one in stuck:
            one.close()
    finally:
        server.stop()


def deaf_page(server, topic):
    page = RawPage(server, room=4096)
    ask = {"type": "watch", "topic": topic.pk, "epoch": topic.epoch, "change": topic.change}
    page.send(frame(TEXT, json.dumps(ask)))
    while b"changes" not in page.next_frame()[1]:
        pass
    return page


def publish(topic, change, text):
    group = groups.of_topic(topic.pk)
    text = json.dumps({"type": "post_update", "change": change, "text": text})
    event = Delivery(Change(topic.pk, topic.epoch, change), Audience(group), text)
    assert redis_layer.send_to_groups([(group, encode(event))])


def drain(page, last):
    while answer(page, "post_update")["change"] < last:
        pass


def memory_of(server):
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("kind", ["plain uvicorn", "uvicorn"])
def test_a_slow_reader_gets_every_frame_whole_and_in_order(kind, redis, topic, transactional_db):
    server = Server(kind, REDIS_URL=redis.address).start()
    try:
        late = deaf_page(server, topic)
        with page_of(server) as page:
            watch(page, topic)
            for change in range(2, 42):
                publish(topic, change, "é" * 500)  # 120 KB: some in the kernel, some in the server
            drain(page, 41)
        assert [json.loads(text)["change"] for text in texts_in(late, 40)] == list(range(2, 42))
        late.close()
    finally:
        server.stop()


def texts_in(page, count):
    """The next changes of a topic, without frames sent by the clock, as heartbeats and presence."""
    while count:
        kind, text = page.next_frame()
        if kind == TEXT and b'"post_update"' in text:
            yield text
            count -= 1


def test_a_server_that_stops_closes_its_pages_with_1012(topic, transactional_db):
    server = Server("uvicorn").start()
    with page_of(server) as page:
        watch(page, topic)
        server.stop()

        assert code_of(page) == 1012
