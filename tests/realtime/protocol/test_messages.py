"""Every message of a page leads to an answer or a close code, and disturbs no other page."""

import asyncio
import json
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime.connections.connection import ANSWERS
from realtime.protocol import limits
from realtime.protocol.messages import (
    ClientMessage,
    Pong,
    Seen,
    Typing,
    Unwatch,
    WatchList,
    WatchMember,
    WatchNews,
    WatchTopic,
    message_in,
    read,
)
from tests.realtime.sockets import Socket, do

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

GARBAGE = [
    "",
    "{",
    "null",
    "[]",
    '"watch"',
    "[" * 4000,
    "1" * 4000,
    "{}",
    '{"type": 7}',
    '{"type": []}',
    '{"type": "typing"}',
    '{"type": "__class__"}',
    '{"type": "watch"}',
    '{"type": "watch", "topic": null, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": {}, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": -1, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": 1.5, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": true, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": NaN, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": 1e999, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": 18446744073709551616, "epoch": "", "change": 0}',
    '{"type": "watch", "topic": "٣", "epoch": "", "change": 0}',
    '{"type": "watch", "topic": 1, "epoch": "", "change": 99999999999999999999}',
    '{"type": "watch", "topic": 1, "epoch": 5, "change": 0}',
    '{"type": "watch", "topic": 1, "change": 0}',
    '{"type": "watch", "list": 5}',
    '{"type": "watch", "list": "\\ud800"}',
    '{"type": "watch", "list": "category:"}',
    '{"type": "watch", "list": "tag:"}',
    '{"type": "watch", "list": "category:99999999999999999999"}',
    '{"type": "watch", "list": "latest", "rows": "1"}',
    '{"type": "watch", "list": "latest", "rows": "1:2:3"}',
    '{"type": "watch", "list": "latest", "rows": 12}',
    '{{"type": "watch", "list": "latest", "rows": "{}"}}'.format(",".join(["1:1"] * 101)),
    '{"type": "watch", "news": -5}',
    '{"type": "watch", "news": 1, "list": "\\u0000"}',
    '{"type": "watch", "news": "now", "for": "\\ud800"}',
    '{"type": "watch", "news": "now", "for": "\\udc00\\ud800"}',
    '{"type": "watch", "news": "now", "for": "\\u0000"}',
    '{"type": "watch", "news": "now", "for": ["a"]}',
    '{"type": "watch", "news": "now", "x": {"y": 1}}',
    '{"type": "watch", "news": "now", "x": [[[[]]]]}',
    '{"type": "watch", "news": "now", "x": null}',
    '{"type": "watch", "news": "now", "x": NaN}',
    '{"type": "watch", "news": "now", "x": -Infinity}',
    '{"type": "watch", "news": "now", "x": 1.0}',
    '{"type": "watch", "news": "now", "x": 1e400}',
    '{"type": "watch", "news": "now", "\\udfff": 1}',
    '{"type": "watch", "news": "now", "news": 1}',
    '{"type": "watch", "type": "watch", "news": "now"}',
    '{"type": "watch", "topic": 0, "epoch": "\\u0000", "change": 0}',
    '{"type": "watch", "topic": 0, "epoch": "\\ud83d", "change": 0}',
    '{"type": "watch", "news": %s}' % ("9" * 4000),
    '{"type": "pong", "x": %s}' % ('{"x":' * 600 + "1" + "}" * 600),
    '{"type": "\\ud800"}',
    '{"type": "unwatch"}',
    '{"type": "seen", "topic": 1}',
]


UNDERSTOOD = {
    '{"type":"watch","topic":12,"epoch":"k3f9","change":41}': WatchTopic(
        topic=12, epoch="k3f9", change=41
    ),
    '{"type":"watch","member":7,"epoch":"k3f9","change":41}': WatchMember(
        member=7, epoch="k3f9", change=41
    ),
    '{"type":"watch","list":"latest","rows":"12:41,13:5"}': WatchList("latest", {12: 41, 13: 5}),
    '{"type":"watch","list":"category:5"}': WatchList("category:5", {}),
    '{"type":"watch","list":"tag:7"}': WatchList("tag:7", {}),
    '{"type":"watch","news":977,"topic":12}': WatchNews(since=977, topic=12, list_name=None),
    '{"type":"watch","news":"now","list":"latest"}': WatchNews(
        since=None, topic=None, list_name="latest"
    ),
    '{"type":"unwatch","topic":12}': Unwatch(12),
    '{"type":"seen","topic":12,"number":18}': Seen(topic=12, number=18),
    '{"type":"typing","topic":12,"for":"a tab"}': Typing(12),
    '{"type":"pong","unknown":1}': Pong(),
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_pages_message_is_parsed_as(text):
    assert message_in(read(text)) == UNDERSTOOD[text]


def test_every_kind_of_message_has_an_answer():
    assert (
        {type(message) for message in UNDERSTOOD.values()}
        == set(get_args(ClientMessage))
        == set(ANSWERS)
    )


async def test_nonsense_is_refused_with_a_sentence_and_the_page_stays(visit, topic):
    for text in GARBAGE:
        page = await visit()

        await page.send_text(text)

        assert (await page.receive("error"))["message"], text
        assert (await page.watch_topic(topic))["type"] == "changes", text
        await page.leave()


HARMLESS = [
    {"type": "watch", "topic": 2**53 - 1, "epoch": "", "change": 2**53 - 1},
    {"type": "watch", "topic": 0, "epoch": "\x01\uffff", "change": 0},
    {"type": "watch", "list": "category:999999999999999999"},
    {"type": "watch", "list": "latest", "rows": f"{2**53 - 1}:{2**53 - 1},,"},
    {"type": "watch", "news": 2**53 - 1, "topic": 2**53 - 1, "list": "category:1"},
    {"type": "unwatch", "topic": 2**53 - 1},
    {"type": "seen", "topic": 2**53 - 1, "number": 2**53 - 1},
]


@pytest.mark.parametrize("message", HARMLESS)
async def test_numbers_that_no_forum_reaches_are_just_not_found(visit, grace, topic, message):
    page = await visit(grace)

    await page.send(**message)

    assert (await page.watch_topic(topic))["type"] == "changes"
    assert not [frame for frame in page.frames if frame["type"] == "error"]


async def test_characters_beyond_the_basic_plane_come_back_unchanged(visit):
    page = await visit()

    await page.send_text('{"type": "watch", "news": "now", "for": "\\ud83c\\udf75"}')

    assert (await page.receive("news"))["for"] == "🍵"


async def test_bytes_are_not_text(visit, topic):
    page = await visit()

    await page.wire.send_input({"type": "websocket.receive", "bytes": b'{"type": "pong"}'})

    await page.receive("error")
    assert (await page.watch_topic(topic))["type"] == "changes"


async def test_a_message_of_four_kibibytes_is_read_and_a_larger_one_is_not(visit):
    page, other, third = await visit(), await visit(), await visit()
    pong = '{"type": "pong", "x": "%s"}'

    await page.send_text(pong % ("x" * (4096 - len(pong) + 2)))
    await other.send_text(pong % ("x" * (4097 - len(pong) + 2)))
    await third.send_text(pong % ("€" * 2000))

    assert (await page.watch_news())["type"] == "news"
    assert await other.closed() == 1009
    assert await third.closed() == 1009


async def test_twenty_messages_at_once_are_accepted_and_more_are_too_fast(visit, monkeypatch):
    monkeypatch.setattr(limits, "MESSAGES", limits.Rate(per_second=0, at_once=20))
    page, other = await visit(), await visit()

    for _ in range(19):
        await page.send(type="pong")
    for _ in range(21):
        await other.send(type="pong")

    assert (await page.watch_news())["type"] == "news"
    assert await other.closed() == 1008


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://testserver.evil.example", ""]
)
async def test_a_page_of_another_site_gets_no_socket(hub, origin):
    socket = Socket(origin=origin)

    connected, _ = await socket.wire.connect()

    assert not connected
    assert not hub.pages


@pytest.mark.parametrize(
    "session", ["x", "a" * 32, "../../etc", "%00", "ÿþ", '"', "a" * 3000, "=;=", "{}"]
)
async def test_an_invalid_session_cookie_makes_a_guest(hub, topic, lounge, session):
    page = Socket(session=session)

    connected, _ = await page.wire.connect()

    assert connected
    assert (await page.watch_topic(topic))["type"] == "changes"
    assert (await page.watch_list(f"category:{lounge.pk}"))["type"] == "gone"
    await page.leave()


names = st.sampled_from(["type", "topic", "epoch", "change", "list", "rows", "news", "number", "x"])
types = st.sampled_from(["watch", "unwatch", "seen", "pong", "again", ""])
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("latest")
    | types
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)
likely = st.fixed_dictionaries(
    {"type": types}, optional=dict.fromkeys(("topic", "epoch", "change", "news"), leaves)
)
messages = st.lists(
    values | likely | st.fixed_dictionaries({"type": types, "list": leaves, "rows": leaves}),
    max_size=15,
)


@given(messages)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.thorough
def test_no_json_ends_a_page_or_a_log_line(transactional_db, caplog, texts):
    caplog.clear()

    async def session():
        from realtime.hub import hub as hubs

        page = await Socket.opened()
        for value in texts:
            await page.send_text(json.dumps(value))
        news = await page.watch_news()
        await page.leave()
        await hubs.the_hub().stop()
        hubs._hub = None
        return news

    assert asyncio.run(session())["count"] == 0
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


async def test_a_page_that_sends_nonsense_does_not_disturb_another(visit, topic, ada):
    page, rude = await visit(), await visit()
    await page.watch_topic(topic)

    for text in GARBAGE[:15]:
        await rude.send_text(text)
    await do(topic.reply, ada, "Calm")

    assert (await page.update("created"))["post"]["number"] == 2
