"""A busy site: 2,000 pages show lists and unread counts while 20 topics get 50 posts per second."""

import os
import time

from bench.engine.contenders import FastPath
from bench.engine.files import allow_files
from bench.engine.forum import forum_with
from bench.processes import cpu
from bench.report import record, title

PAGES, TOPICS, RATE = 2000, 20, 50
SECONDS = 30 if os.environ.get("FULL") == "1" else 10
REST = 15  # seconds for the last events to arrive, including a sweep


def main():
    allow_files(16_384)
    with forum_with(members=500) as forum:
        title(f"{PAGES:,} pages on lists, {RATE} posts a second")
        topics = topics_of(forum)
        forum.watches = [
            '{"type":"watch","list":"latest"}',
            '{"type":"watch","news":"now","list":"latest"}',
        ]
        with FastPath(forum) as parley:
            pages = parley.open_pages(PAGES, topics=topics[-1].pk)
            pages.heads()
            spent = cpu(parley.pid)
            seconds, posts = write(forum, topics)
            received, spent = pages.heads(), cpu(parley.pid) - spent
            behind = outdated_at_rest(pages, topics)
            pages.end()
        record("posts that could be written", posts / seconds, "a second", at_least=0.9 * RATE)
        record("frames to a page", received["frames"] / PAGES / seconds, "a second", at_most=4)
        record(
            "frames to the page with the most of them",
            received["most"] / seconds,
            "a second",
            at_most=4.3,
        )
        record("CPU of the server", spent / seconds * 100, "% of one")
        record("topics that some page does not know as they are, at rest", behind, "", at_most=0)


def topics_of(forum):
    from forum.models import Topic

    return [
        Topic.start(forum.members[n], forum.category, f"Topic {n}", "Let us see.")
        for n in range(TOPICS)
    ]


def write(forum, topics):
    """Write replies at RATE. Returns (seconds, posts)."""
    start, posts = time.monotonic(), 0
    while (now := time.monotonic()) - start < SECONDS:
        if posts > (now - start) * RATE:
            time.sleep(1 / RATE / 4)
            continue
        topics[posts % TOPICS].reply(forum.members[posts % 100], f"Reply number {posts}")
        posts += 1
    return time.monotonic() - start, posts


def outdated_at_rest(pages, topics):
    deadline = time.monotonic() + REST
    for topic in topics:
        topic.refresh_from_db()
    while True:
        heads = pages.heads()["heads"]
        behind = sum(heads[topic.pk] < topic.change for topic in topics)
        if not behind or time.monotonic() > deadline:
            return behind
        time.sleep(0.5)


if __name__ == "__main__":
    main()
