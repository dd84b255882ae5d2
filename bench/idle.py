"""The cost of idle pages: opening them, keeping them, and publishing an event from a request.

5,000 pages (FULL=1: also 10,000) of members with separate sessions, each watching one topic.
"""

import os
import time
from statistics import median

from bench.engine.contenders import FastPath, SocketIO
from bench.engine.files import allow_files
from bench.engine.forum import forum_with
from bench.processes import cpu, memory
from bench.report import record, title

ROUNDS, WARM, EVENTS = 3, 100, 200


def main():
    allow_files(16_384)
    with forum_with(members=1000) as forum:
        for count in (5000, 10_000) if os.environ.get("FULL") == "1" else (5000,):
            title(f"{count:,} idle pages")
            bare = median(idle(SocketIO(), count)["memory"] for _ in range(ROUNDS))
            rounds = [idle(FastPath(forum), count) for _ in range(ROUNDS)]
            found = {figure: median(one[figure] for one in rounds) for figure in rounds[0]}
            record(
                "memory for each, socket.io bare beside it",
                found["memory"],
                "KiB",
                reference=bare,
                at_most=28,
            )
            record(
                "handshakes with session and rights, and a topic watched",
                found["rate"],
                "a second",
                at_least=800,
            )
            record("CPU for each of these", found["cpu"], "ms")
        title("Telling in the request")
        record("an event to Redis, CPU of the publisher", publishing(forum), "ms", at_most=0.2)


def idle(contender, count):
    with contender:
        first = contender.open_pages(WARM)  # so that one-time costs are not counted
        before, spent = memory(contender.pid), cpu(contender.pid)
        pages = contender.open_pages(count)
        spent = cpu(contender.pid) - spent
        each = (memory(contender.pid) - before) * 1024 / count
        pages.end()
        first.end()
        return {
            "memory": each,
            "rate": count / pages.opened["seconds"],
            "cpu": spent / count * 1000,
        }


def publishing(forum):
    forum.publish("0" * 20)
    before = time.thread_time()
    for _ in range(EVENTS):
        forum.publish("0" * 20)
    return (time.thread_time() - before) / EVENTS * 1000


if __name__ == "__main__":
    main()
