"""Presence is sent to those who may see the topic, and never names members who hide."""

import time

import pytest

from forum.models import User
from realtime import redis_layer
from realtime.presence import gossip, presence
from realtime.protocol import groups
from realtime.protocol.hub_messages import Gossip, encode
from realtime.protocol.viewers import Viewers, Writing
from realtime.timing import Timing
from tests.realtime.sockets import do, until
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def timing():
    return Timing(
        heartbeat_every=3600,
        presence_pulse=0.02,
        readers_every=0.05,
        online_every=0.05,
        gossip_every=0.1,
        writing_lasts=3600,
    )


def reading(topic, members, guests, *names):
    """A predicate for frames with these numbers of readers and exactly these faces."""

    def fits(frame):
        if (frame["type"], frame.get("topic")) != ("presence", topic.pk):
            return False
        shown = [
            name for name in ("Ada Lovelace", "Grace Hopper", "iris") if name in frame["faces"]
        ]
        return (frame["members"], frame["guests"], shown) == (members, guests, list(names))

    return fits


def writing(topic, *names):
    """A predicate for frames with exactly these writers in the topic."""
    return lambda f: (
        f["type"] == "writing" and [n for _, n in f["topics"].get(str(topic.pk), [])] == [*names]
    )


async def writes(page, topic):
    await page.send(type="typing", topic=topic.pk)


async def test_readers_are_named_and_guests_counted(visit, topic, ada, grace):
    guest = await visit()
    await guest.watch_topic(topic)
    await guest.receive(reading(topic, 0, 1))
    hers, his = await visit(ada), await visit(grace)
    await hers.watch_topic(topic)
    await his.watch_topic(topic)
    for page in (guest, hers, his):
        await page.receive(reading(topic, 2, 1, "Ada Lovelace", "Grace Hopper"))

    await hers.leave()

    for page in (guest, his):
        await page.receive(reading(topic, 1, 1, "Grace Hopper"))


async def test_a_member_with_two_tabs_is_there_once(visit, topic, ada):
    for _ in range(2):
        page = await visit(ada)
        await page.watch_topic(topic)
        await page.receive(reading(topic, 1, 0, "Ada Lovelace"))
    await page.watch_news(0)

    assert await page.receive("online") == {"type": "online", "members": 1, "guests": 0}


async def test_presence_of_a_topic_goes_only_to_its_pages(visit, topic, lounge, iris, ada):
    secret = await do(world.topic, iris, lounge, "Secret plans")
    outsider, insider = await visit(ada), await visit(iris)
    await outsider.watch_topic(secret)
    await outsider.watch_topic(topic)
    await outsider.watch_news(0)
    await insider.watch_topic(secret)
    await writes(insider, secret)

    await insider.receive(writing(secret, "iris"))
    await insider.receive(reading(secret, 1, 0, "iris"))
    await outsider.receive(lambda f: f["type"] == "online" and f["members"] == 2)

    assert "iris" not in str(outsider.collect() + outsider.beside)
    assert secret.pk not in [f["topic"] for f in outsider.beside if f["type"] == "presence"]


async def test_the_invisible_are_neither_named_nor_counted(visit, topic, ada, grace):
    await do(User.objects.filter(pk=ada.pk).update, hides_presence=True)
    hidden, seen = await visit(ada), await visit(grace)
    for page in (hidden, seen):
        await page.watch_topic(topic)
        await page.watch_news(0)
    await writes(hidden, topic)
    await writes(seen, topic)

    for page in (hidden, seen):
        await page.receive(reading(topic, 1, 0, "Grace Hopper"))
        await page.receive(writing(topic, "Grace Hopper"))
    assert "Ada" not in str(seen.beside)
    await seen.receive(lambda f: f["type"] == "online" and f["members"] == 1)
    assert max(f["members"] for f in seen.beside if f["type"] == "online") == 1


async def test_a_member_who_becomes_invisible_disappears_at_once(visit, topic, ada, grace):
    hers, his = await visit(ada), await visit(grace)
    for page in (hers, his):
        await page.watch_topic(topic)
    await his.receive(reading(topic, 2, 0, "Ada Lovelace", "Grace Hopper"))

    def hide():
        ada.hides_presence = True
        ada.save()

    await do(hide)

    await his.receive(reading(topic, 1, 0, "Grace Hopper"))
    assert await hers.closed() == 4001


async def test_writers_are_shown_in_the_topic_and_in_lists(visit, topic, ada):
    guest, latest, category, tagged, other = [await visit() for _ in range(5)]
    tag = await do(world.tag)
    await do(topic.tag, [tag])
    await tagged.watch_list(f"tag:{tag.pk}")
    await guest.watch_topic(topic)
    await latest.watch_list("latest")
    await category.watch_list(f"category:{topic.category_id}")
    await other.watch_list(f"category:{(await do(world.category, 'Elsewhere')).pk}")
    hers = await visit(ada)
    await hers.watch_topic(topic)

    await writes(hers, topic)
    for page in (guest, latest, category, tagged):
        await page.receive(writing(topic, "Ada Lovelace"))
    late = await visit()
    await late.watch_topic(topic)
    await late.receive(writing(topic, "Ada Lovelace"))
    await hers.leave()

    for page in (guest, latest, category, tagged, late):
        await page.receive(lambda f: f == {"type": "writing", "topics": {str(topic.pk): []}})
    assert not [f for f in other.collect() + other.beside if f["type"] == "writing"]


async def test_a_member_who_stops_typing_loses_the_writing_mark(visit, topic, ada, timing):
    hers, guest = await visit(ada), await visit()
    await hers.watch_topic(topic)
    await guest.watch_topic(topic)

    await writes(hers, topic)

    await guest.receive(writing(topic, "Ada Lovelace"))
    timing.clock = lambda: time.monotonic() + timing.writing_lasts
    await guest.receive(lambda f: f == {"type": "writing", "topics": {str(topic.pk): []}})


async def test_a_member_who_has_posted_is_not_said_to_be_writing(visit, topic, ada, grace):
    hers, his, guest = await visit(ada), await visit(grace), await visit()
    for page in (hers, his, guest):
        await page.watch_topic(topic)
    await writes(hers, topic)
    await guest.receive(writing(topic, "Ada Lovelace"))

    await do(topic.reply, ada, "Done.")
    await guest.receive("post_update")
    await writes(his, topic)

    frame = await guest.receive(lambda f: f["type"] == "writing" and "Grace" in str(f))
    assert writing(topic, "Grace Hopper")(frame)


async def test_a_member_who_has_posted_loses_the_mark_of_another_process(
    visit, hub, topic, ada, timing
):
    timing.gossip_silence = 3600  # so that the process and its marks are not forgotten anyway
    guest = await visit()
    await guest.watch_topic(topic)
    hub.presence.receive(Gossip("another", {topic.pk: Writing({ada.pk: "Ada Lovelace"}, ())}))
    await guest.receive(writing(topic, "Ada Lovelace"))

    await do(topic.reply, ada, "Done.")

    await guest.receive(writing(topic))


async def test_only_members_on_the_topics_page_have_writing_marks(visit, topic, ada, grace):
    guest, elsewhere, hers = await visit(), await visit(ada), await visit(grace)
    await guest.watch_topic(topic)
    await hers.watch_topic(topic)

    await writes(guest, topic)
    await writes(elsewhere, topic)
    await writes(hers, topic)

    await guest.receive(writing(topic, "Grace Hopper"))
    assert "Ada" not in str([f for f in guest.beside if f["type"] == "writing"])


async def test_members_who_may_not_reply_have_no_writing_mark(visit, ada, grace, mo):
    """A category for others to write in, and a closed topic, where moderators may reply."""
    announcements = await do(world.category, "Announcements", posters=["Writers"])
    closed, read_only = (
        await do(world.topic, ada, await do(world.category)),
        await do(world.topic, ada, announcements),
    )
    await do(closed.close)
    guest, hers, his = await visit(), await visit(grace), await visit(mo)
    for topic in (closed, read_only):
        for page in (guest, hers, his):
            await page.watch_topic(topic)

    for topic in (read_only, closed):
        await writes(hers, topic)
    await writes(his, closed)

    await guest.receive(writing(closed, "mo"))
    sent = [frame for page in (guest, hers) for frame in page.beside if frame["type"] == "writing"]
    assert "Grace" not in str(sent)


@pytest.mark.parametrize("change", ["close", "move", "by hand"])
async def test_a_member_who_may_no_longer_reply_loses_the_writing_mark(
    visit, hub, topic, ada, grace, change
):
    elsewhere = await do(world.category, "Announcements", posters=["Writers"])
    guest, hers = await visit(), await visit(grace)
    await guest.watch_topic(topic)
    await hers.watch_topic(topic)
    await writes(hers, topic)
    await guest.receive(writing(topic, "Grace Hopper"))

    if change == "close":
        await do(topic.close)
    elif change == "move":
        await do(topic.move, elsewhere)
    else:
        await do(
            type(topic).objects.filter(pk=topic.pk).update,
            closed_at=topic.created_at,
            change=9,
            header_change=9,
        )
        hub.sweep.run_soon()

    await until(lambda: not hub.presence.typing.current())


async def test_writers_in_a_private_category_are_shown_only_in_its_readers_lists(
    visit, lounge, iris
):
    secret = await do(world.topic, iris, lounge)
    guest, insider = await visit(), await visit(iris)
    for page in (guest, insider):
        await page.watch_list("latest")
    hers = await visit(iris)
    await hers.watch_topic(secret)

    await writes(hers, secret)

    await insider.receive(writing(secret, "iris"))
    assert "writing" not in [f["type"] for f in guest.collect() + guest.beside]


async def test_the_frames_of_presence_are_bounded(visit, topic, ada, hub, monkeypatch):
    monkeypatch.setattr(presence, "FRAMES", 0)
    page = await visit()
    await page.watch_topic(topic)
    await page.receive(reading(topic, 0, 1))
    hub.presence._frames = 0

    hers = await visit(ada)
    await hers.watch_topic(topic)
    await writes(hers, topic)
    await until(lambda: topic.pk in hub.presence._waiting)
    sent = len(page.beside)

    hub.presence._frames = 100
    await page.receive(reading(topic, 1, 1, "Ada Lovelace"))
    await page.receive(writing(topic, "Ada Lovelace"))
    assert sent == 1


# --- Several processes ---


def said(by, topic):
    """The gossip of another process."""
    members = {7: ("grace", "Grace Hopper", "")}
    return [
        (groups.HUBS, encode(Gossip(by, {}, Viewers(members, 5), {topic.pk: Viewers(members, 2)})))
    ]


@pytest.mark.servers
async def test_readers_in_other_processes_count_until_the_process_falls_silent(
    redis, visit, topic, ada, timing
):
    page = await visit(ada)
    await page.watch_topic(topic)
    await page.watch_news(0)
    await page.receive(reading(topic, 1, 0, "Ada Lovelace"))

    assert await do(redis_layer.send_to_groups, said("another", topic))

    await page.receive(reading(topic, 2, 2, "Ada Lovelace", "Grace Hopper"))
    await page.receive(lambda f: f["type"] == "online" and (f["members"], f["guests"]) == (2, 5))
    timing.clock = lambda: time.monotonic() + timing.gossip_silence
    await page.receive(reading(topic, 1, 0, "Ada Lovelace"))
    await page.receive(lambda f: f["type"] == "online" and (f["members"], f["guests"]) == (1, 0))


@pytest.mark.servers
async def test_writers_of_another_process_are_shown_at_once(redis, visit, topic, ada):
    page = await visit()
    await page.watch_topic(topic)
    await page.watch_list("latest")
    grace_writes = Gossip("another", {topic.pk: Writing({7: "Grace Hopper"}, (groups.LATEST,))})

    assert await do(redis_layer.send_to_groups, [(groups.HUBS, encode(grace_writes))])

    for _ in ("in the topic", "in the list"):
        await page.receive(writing(topic, "Grace Hopper"))


@pytest.mark.servers
async def test_two_processes_exchange_presence(redis, visit, topic, ada, hub):
    """The second process receives the gossip of this one through Redis."""
    page = await visit(ada)
    await page.watch_topic(topic)
    await writes(page, topic)
    peers = gossip.Peers("another", Timing())
    hub.presence.receive = peers.receive

    await until(
        lambda: [peer for peer in peers.current if topic.pk in peer.topics and peer.writing]
    )

    (peer,) = peers.current
    assert peer.topics[topic.pk].members == {ada.pk: ("ada", "Ada Lovelace", "")}
    assert peer.writing[topic.pk].names == {ada.pk: "Ada Lovelace"}
    assert groups.LATEST in peer.writing[topic.pk].lists
    peer.received_at = time.monotonic() - Timing.gossip_silence
    hub.presence.receive = lambda message: None
    assert peers.current == []


async def test_no_page_gets_more_readers_than_are_online(visit, topic, ada, timing):
    timing.online_every = 3600  # the number online is sent only if it has to be
    first = await visit()
    await first.watch_news(0)
    await first.watch_topic(topic)
    await first.receive(reading(topic, 0, 1))
    for user in (None, None, ada):
        page = await visit(user)
        await page.watch_news(0)
        await page.watch_topic(topic)

    await first.receive(reading(topic, 1, 3, "Ada Lovelace"))

    online, sent = (0, 0), 0
    for frame in first.beside:
        numbers = frame.get("members"), frame.get("guests")
        if frame["type"] == "online":
            online, sent = numbers, sent + 1
        elif frame["type"] == "presence":
            assert all(here <= everywhere for here, everywhere in zip(numbers, online, strict=True))
    assert sent
