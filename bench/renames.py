"""The effect on guests' topic list of a member who keeps changing their display name.

One uvicorn process on SQLite. The member is the author of one of the 30 topics in the list and is
renamed 20 times per second, which the site itself would not allow. Guests make their requests one
after the other over one connection.
"""

import http.client
import subprocess
import threading
import time
from contextlib import contextmanager
from statistics import median, quantiles
from urllib.parse import urlsplit

from bench.report import record, title
from bench.site import prepared, serving

TOPICS, REQUESTS, ROUNDS, PAUSE = 30, 400, 3, 0.05


def main():
    with prepared() as address:
        member = fill()
        with serving(address, log=subprocess.DEVNULL):
            title(
                f"guests' list of {TOPICS} topics while a member is renamed {1 / PAUSE:.0f} times a"
                " second"
            )
            request_list(address)  # warm
            rounds = [
                (request_list(address), request_list_during_renames(address, member))
                for _ in range(ROUNDS)
            ]
    quiet, beside = (median(median(times) for times in kind) for kind in zip(*rounds, strict=True))
    quiet_p95, beside_p95 = (
        median(quantiles(times, n=20)[-1] for times in kind) for kind in zip(*rounds, strict=True)
    )
    record("guests' list, quiet", quiet, "ms")
    record(
        "the same while a member is renamed",
        beside,
        "ms",
        reference=quiet,
        at_most=2,
        of_reference=True,
    )
    record("p95 of it", beside_p95, "ms", reference=quiet_p95)


def fill():
    from forum.models import Category, Topic, User

    category = Category.objects.create(name="Help")
    members = [
        User.objects.create_user(f"member{n}", f"member{n}@example.org") for n in range(TOPICS)
    ]
    for n, member in enumerate(members):
        Topic.start(member, category, f"Topic {n}", "I wonder.").reply(members[0], "Me too.")
    return members[-1]


def request_list(address):
    """Request the list repeatedly; milliseconds of each request."""
    connection, times = http.client.HTTPConnection(urlsplit(address).netloc), []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        connection.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
    connection.close()
    return times


def request_list_during_renames(address, member):
    with renaming(member):
        return request_list(address)


@contextmanager
def renaming(member):
    over = threading.Event()

    def rename_repeatedly():
        number = 0
        while not over.wait(PAUSE):
            number += 1
            member.name = f"Name number {number}"
            member.save()

    renamer = threading.Thread(target=rename_repeatedly)
    renamer.start()
    try:
        yield
    finally:
        over.set()
        renamer.join()


if __name__ == "__main__":
    main()
