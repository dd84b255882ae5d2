"""A page without a socket gets by long polls exactly what a socket would bring."""

import asyncio
import json
from http.client import HTTPConnection
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from forum.models import Topic
from realtime.http import long_poll
from realtime.protocol import limits
from tests.realtime.requests import feed, topic_as_of
from tests.realtime.sockets import do, until
from tests.support import world
from tests.support.server import Server

pytestmark = pytest.mark.django_db(transaction=True)


async def waiting_feed(topic, **named):
    return (await feed(topic_as_of(topic), wait=25, **named)).begins()


async def waits(hub):
    await until(lambda: hub.pages and all(page.joined and not page.held for page in hub.pages))


async def test_a_long_poll_returns_missed_changes_at_once(hub, topic, ada):
    before = topic_as_of(topic)
    await do(topic.reply, ada, "While you were away")

    request = await feed(before, {"list": "latest", "rows": ""}, {"news": 0}, wait=25)
    status, headers, answer = await request.ends()

    changes, rows, news = answer["answers"]
    assert (status, changes["change"], len(rows["rows"]), news["count"]) == (200, 2, 1, 2)
    assert "for" not in changes


async def test_a_long_poll_ends_with_a_reply(hub, topic, ada):
    request = (await feed(topic_as_of(topic), {"news": 2**40}, wait=25)).begins()
    await waits(hub)

    await do(topic.reply, ada, "Here it is")

    _status, _headers, answer = await request.ends()
    assert [event["post"]["number"] for event in answer["answers"][0]["events"]] == [2]
    await until(lambda: not hub.pages and not hub.routes.members)


async def test_a_long_poll_ends_when_the_sweep_finds_a_post(hub, topic, ada):
    request = await waiting_feed(topic)
    await waits(hub)
    await do(
        Topic.objects.filter(pk=topic.pk).update,
        change=2,
        header_change=2,
        title="Renamed in the database",
    )
    hub.sweep.run_soon()

    _status, _headers, answer = await request.ends()
    assert "Renamed in the database" in answer["answers"][0]["events"][0]["header"]


async def test_a_long_poll_without_news_returns_after_its_time(hub, topic):
    request = await feed(topic_as_of(topic), wait=1)

    _status, _headers, answer = await request.ends()
    assert [(one["type"], one["events"]) for one in answer["answers"]] == [("changes", [])]


async def test_a_forbidden_topic_is_gone(hub, lounge, iris, grace):
    secret = await do(world.topic, iris, lounge)

    status, _headers, answer = await (await feed(topic_as_of(secret), user=grace, wait=25)).ends()
    assert answer["answers"] == [{"type": "gone", "topic": secret.pk}]
    _status, _headers, answer = await (await feed(topic_as_of(secret), user=iris)).ends()
    assert answer["answers"][0]["type"] == "changes"


async def test_a_long_poll_ends_with_gone_when_its_topic_is_moved_out_of_sight(hub, topic, lounge):
    request = await waiting_feed(topic)
    await waits(hub)

    await do(topic.move, lounge)

    _status, _headers, answer = await request.ends()
    assert answer["answers"] == [{"type": "gone", "topic": topic.pk}]


async def test_a_member_who_loses_a_right_gets_no_more_events(hub, lounge, iris):
    secret = await do(world.topic, iris, lounge)
    request = await waiting_feed(secret, user=iris)
    await waits(hub)

    await do(iris.groups.clear)

    assert (await request.ends())[2] == {"answers": []}


async def test_a_reader_who_leaves_is_removed_at_once(hub, topic):
    request = await waiting_feed(topic)
    await waits(hub)

    await request.leaves()

    assert not hub.pages
    assert request.wire.output_queue.empty()


@pytest.mark.servers
def test_a_server_that_stops_ends_long_polls(topic):
    """Else it would wait for them, lose patience after ten seconds and cut them."""
    server = Server("uvicorn").start()
    query = urlencode({"watch": json.dumps(topic_as_of(topic)), "wait": 25})
    waiting = HTTPConnection("127.0.0.1", server.port, timeout=20)
    waiting.request("GET", f"/live/feed?{query}")
    with urlopen(f"{server.address}/live/feed?{query}".replace("wait=25", "wait=0")) as later:
        assert later.status == 200  # by now the other one is being served

    server.stop()

    assert json.load(waiting.getresponse()) == {"answers": []}


async def test_responses_are_not_cached_and_have_security_headers(hub, topic):
    _status, headers, _answer = await (await feed(topic_as_of(topic))).ends()

    assert headers["cache-control"] == "no-store"
    assert "Cookie" in headers["vary"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "asks",
    [
        [],
        ["{"],
        ["[1]"],
        [{}],
        [{"topic": "x"}],
        [{"topic": 1, "epoch": "x"}],
        [{"list": "unknown"}],
        [{"list": "latest", "rows": "1:1," * 2000}],
        [{"news": -1}],
        [{"news": 0}] * 6,
    ],
)
async def test_nonsense_is_a_bad_request_with_a_message(hub, asks):
    status, headers, answer = await (await feed(*asks)).ends()

    assert (status, headers["content-type"]) == (400, "text/plain")
    assert answer.endswith((".", "}"))


@pytest.mark.parametrize(
    "query",
    [
        "&".join(["watch={}"] * 1001),
        "&".join(f"x{number}=1" for number in range(1001)),
        "watch=" + "[" * 3000,
        "watch=" + "x" * 4001,
        "watch=" + "x" * 70_000,
        'watch={"news":"now"}&wait=NaN',
        'watch={"news":"now"}&wait=' + "9" * 5000,
        'watch={"news":NaN}',
        'watch={"news":"now","x":"\\ud800"}',
        'watch={"topic":1,"epoch":"\\u0000","change":0}',
        'watch={"list":"latest","rows":"%ED%A0%80"}',
        b"watch=\xff\xfe",
    ],
    ids=range(12),
)
async def test_odd_queries_are_bad_requests_too(hub, query):
    request = await feed()
    request.wire.scope["query_string"] = query if isinstance(query, bytes) else query.encode()

    status, _headers, answer = await request.ends()

    assert status == 400
    assert answer.strip().endswith((".", "}", "</html>"))


@pytest.mark.parametrize(
    "header", [(b"content-length", b"400000000"), (b"transfer-encoding", b"chunked")]
)
async def test_a_request_with_a_body_is_refused_at_once(hub, topic, header):
    request = await feed(topic_as_of(topic), wait=25)
    request.wire.scope["headers"].append(header)

    status, headers, _answer = await request.ends()

    assert (status, headers["connection"]) in [(400, "close"), (413, "close")]
    assert not hub.pages


async def test_the_rate_of_long_polls_is_limited_per_network(hub, monkeypatch):
    rates = limits.Rates(limits.Rate(per_second=0, at_once=2))

    assert [rates.take("one") for _ in range(3)] == [True, True, False]
    assert rates.take("another")
    monkeypatch.setattr(limits, "KNOWN", 2)
    assert rates.take("a third")
    assert len(rates._known) == 2


async def test_too_many_requests_get_429_with_retry_after(hub, topic, monkeypatch):
    monkeypatch.setattr(limits.Rates, "take", lambda rates, visitor: False)
    monkeypatch.setattr(long_poll, "PAUSE", 0)

    status, headers, _answer = await (await feed(topic_as_of(topic), wait=25)).ends()

    assert (status, headers["retry-after"]) == (429, "30")
    assert not hub.pages


async def test_a_forged_cookie_takes_no_slot_of_another_visitor(hub, topic, monkeypatch):
    monkeypatch.setattr(limits, "WAITING", 1)
    rude = await feed(topic_as_of(topic), wait=25)
    rude.wire.scope["client"] = ("8.8.8.8", 1)
    rude.wire.scope["headers"].append((b"cookie", b"sessionid=127.0.0.1"))
    rude.begins()
    await until(lambda: len(hub.pages) == 1)

    assert (await (await feed(topic_as_of(topic))).ends())[0] == 200
    await rude.leaves()


async def test_the_feed_allows_only_get_and_only_allowed_hosts(hub, topic):
    assert (await (await feed(topic_as_of(topic), method="POST")).ends())[0] == 405
    assert (await (await feed(topic_as_of(topic), host="elsewhere.example")).ends())[0] == 400


async def test_the_number_of_waiting_requests_is_limited(hub, topic, monkeypatch):
    monkeypatch.setattr(limits, "WAITING", 2)
    waiting = [await waiting_feed(topic) for _ in range(2)]
    await until(lambda: len(hub.pages) == 2)

    status, headers, _answer = await (await feed(topic_as_of(topic), wait=25)).ends()
    assert (status, headers["retry-after"]) == (429, "30")

    await asyncio.gather(*(request.leaves() for request in waiting))
    assert (await (await feed(topic_as_of(topic))).ends())[0] == 200


async def test_pages_that_share_a_socket_get_their_own_answers(visit, topic, ada):
    await do(topic.reply, ada, "Tea")
    page = await visit()

    await page.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=1, **{"for": "first"})
    await page.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=2, **{"for": "second"})

    answers = [await page.receive("changes"), await page.receive("changes")]
    assert [(answer["for"], len(answer["events"])) for answer in answers] == [
        ("first", 1),
        ("second", 0),
    ]
    await do(topic.reply, ada, "And cocoa")
    assert "for" not in await page.update("created")
