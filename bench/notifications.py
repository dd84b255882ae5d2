"""A post in a topic that 1,000 members watch: CPU of the request, and when all of them are told.

SQLite, one server process with its own workers. Each member has a page open in the topic. F is the
CPU of a bare Django view (bench.floor). A live post's way is the time from sending the form until
the post is on all 1,000 pages; that of the notices, from the same moment until each page knows of
its member's notice.
"""

import asyncio
import itertools
import json
import subprocess
import time
from statistics import median

from websockets.asyncio.client import connect

from bench.load import Connection, Load, load
from bench.processes import cpu
from bench.report import record, title
from bench.site import prepared, serving
from bench.standing_searches import view
from bench.visits import cookie_of, reply_requests

WATCHERS, POSTS, ROUNDS, UNREAD = 1000, 40, 5, 20
MOST_CPU, MOST_WAY, MOST_BELL = 8, 10, 0.7


def main():
    with prepared() as address:
        title(f"A post that {WATCHERS:,} members watch")
        topic, author, watchers = fill()
        floors = [view() for _ in range(3)]
        floor = median(floors)
        record("bare Django view (F)", floor, "ms CPU")
        record(
            "reply by form, one at a time",
            cpu_of_replies(address, topic, author),
            "ms CPU",
            reference=floor,
            at_most=MOST_CPU,
            of_reference=True,
        )
        forget_events()
        record(
            "the bell of a page",
            cpu_of_bell(topic, watchers[0]),
            "ms CPU",
            reference=floor,
            at_most=MOST_BELL,
            of_reference=True,
        )
        with serving(address, log=subprocess.DEVNULL):
            ways = asyncio.run(told(address, topic, author, watchers))
    post, notice = (median(times) for times in zip(*ways, strict=True))
    record(f"until the post is on {WATCHERS:,} pages, median", post, "ms")
    record(
        f"until {WATCHERS:,} notices are stored and on their pages, median",
        notice,
        "ms",
        reference=post,
        at_most=MOST_WAY,
        of_reference=True,
    )


def fill():
    from forum.models import Category, Level, Topic, TopicLevel, User

    category = Category.objects.create(name="Help")
    author = User.objects.create_user("author", "author@example.org")
    topic = Topic.start(author, category, "Who watches?", "All of us.")
    watchers = User.objects.bulk_create(
        User(username=f"watcher{n}", email=f"watcher{n}@example.org") for n in range(WATCHERS)
    )
    TopicLevel.objects.bulk_create(
        TopicLevel(member=member, topic=topic, level=Level.WATCHING) for member in watchers
    )
    return topic, author, watchers


def requests(address, topic, author):
    paths = (f"/t/{topic.pk}/reply/", f"/t/{topic.pk}/replies/")
    return reply_requests(address, *paths, [cookie_of(author)], ["A post that many watch."])


def cpu_of_replies(address, topic, author):
    """ms of CPU of the server, without workers."""
    with serving(address, log=subprocess.DEVNULL, JOB_THREADS="0") as server:
        marks = []
        done = load(
            address,
            itertools.islice(requests(address, topic, author), POSTS + 5),
            60,
            around=lambda: marks.append(cpu(server.pid)),
        )
    if done.failed:
        raise SystemExit(f"{done.failed} replies failed.")
    return (marks[1] - marks[0]) * 1000 / len(done.times)


def forget_events():
    from forum.notifications.models import Event

    Event.objects.all().delete()


def cpu_of_bell(topic, member):
    from django.template.loader import get_template

    from forum.notifications import groups
    from forum.notifications.models import Notice

    Notice.objects.bulk_create(
        Notice(member=member, kind="post", event=f"old:{n}", merge=f"old:{n}", topic=topic)
        for n in range(UNREAD)
    )
    bell = get_template("notifications/_bell.html")
    taken = []
    for _ in range(200):
        began = time.process_time()
        bell.render({"n": groups.label(groups.unread(member))})
        taken.append((time.process_time() - began) * 1000)
    Notice.objects.all().delete()
    return median(taken)


async def told(address, topic, author, watchers):
    """[(ms until all have the post, ms until all have their notice)] of each round."""
    topic = await asyncio.to_thread(lambda: type(topic).objects.get(pk=topic.pk))
    cookies = await asyncio.to_thread(lambda: [cookie_of(member) for member in watchers])
    heads = await asyncio.to_thread(heads_of, watchers)
    arrived = asyncio.Queue()
    pages = [
        asyncio.create_task(
            listen(
                address,
                cookie,
                {"topic": topic.pk, "epoch": topic.epoch, "change": topic.change},
                {"member": member.pk, "epoch": heads[member.pk][0], "change": heads[member.pk][1]},
                arrived,
            )
        )
        for member, cookie in zip(watchers, cookies, strict=True)
    ]
    await all_of(arrived, "ready")
    forms = await asyncio.to_thread(requests, address, topic, author)
    sender, ways = await Connection.to(address), []
    for _ in range(ROUNDS):
        request = await asyncio.to_thread(next, forms)
        began = time.monotonic()
        await sender.visit(request, Load())
        ways.append([(moment - began) * 1000 for moment in await both(arrived)])
    for page in pages:
        page.cancel()
    return ways


def heads_of(members):
    from forum.models import User

    rows = User.objects.filter(pk__in=[member.pk for member in members])
    return {pk: head for pk, *head in rows.values_list("pk", "personal_epoch", "personal_change")}


async def listen(address, cookie, topic, member, arrived):
    """A page: tells when it is ready, and when it gets a post or a notice."""
    async with connect(
        address.replace("http", "ws") + "/ws/",
        origin=address,
        additional_headers={"Cookie": cookie},
        compression=None,
        open_timeout=60,
    ) as socket:
        answers = 0
        for watch in (topic, member):
            await socket.send(json.dumps({"type": "watch", **watch}))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "heartbeat":
                await socket.send('{"type":"pong"}')
            elif message["type"] == "changes":
                answers += 1
                if answers == 2:
                    arrived.put_nowait(("ready", time.monotonic()))
            elif message["type"] == "post_update":
                arrived.put_nowait(("post", time.monotonic()))
            elif message["type"] == "personal_update" and message["kind"] == "notice":
                arrived.put_nowait(("notice", time.monotonic()))


async def all_of(arrived, kind):
    for _ in range(WATCHERS):
        assert (await asyncio.wait_for(arrived.get(), 60))[0] == kind


async def both(arrived):
    """The moments at which the last page got the post, and the last its notice."""
    last, counts = {}, {"post": 0, "notice": 0}
    while min(counts.values()) < WATCHERS:
        kind, moment = await asyncio.wait_for(arrived.get(), 60)
        counts[kind] += 1
        last[kind] = moment
    return last["post"], last["notice"]


if __name__ == "__main__":
    main()
