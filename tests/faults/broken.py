"""The forum with one guarantee broken on purpose, to test that the history detects it.

The environment variable BROKEN selects which; without it the application is the unbroken forum.
Serve it with `uvicorn tests.faults.broken:application`.
"""

import asyncio
import itertools
import os
import random
import time

from forum.asgi import application
from realtime.catchup import changes
from realtime.hub import heartbeat
from realtime.hub import hub as hubs
from realtime.publishing import revocations
from realtime.reconciliation import sweep

__all__ = ["application"]


def silence_the_sweep():
    """Stops the sweep, which would repair the damage before anybody sees it."""

    async def run(self):
        await asyncio.get_running_loop().create_future()

    sweep.Sweep.run = run


def change_deliveries(replacement):
    """Calls `replacement(deliver, count)` instead of Hub.deliver for each event of a topic."""
    deliver, count = hubs.Hub.deliver, itertools.count(1)

    async def changed(self, delivery):
        if not delivery.audience.group.startswith("topic."):
            return await deliver(self, delivery)
        return await replacement(lambda: deliver(self, delivery), next(count))

    hubs.Hub.deliver = changed


def drop_one_in(many):
    async def drop(deliver, number):
        if number % many:
            await deliver()

    return drop


async def drop_all(deliver, number):
    pass


held = []


async def swap_two(deliver, number):
    held.append(deliver)
    if number % 2 == 0:
        for one in reversed(held):
            await one()
        held.clear()


async def send_one_twice(deliver, number):
    for _ in range(2 if number % 10 == 0 else 1):
        await deliver()


def announce_before_commit():
    """Publishes replies that begin with "Roll me back", then rolls them back."""
    from django.db import transaction

    from forum.models import Post

    save = Post.save

    def broken(self, *args, **kwargs):
        if self.body.startswith("Roll me back"):
            hooks = []
            on_commit, transaction.on_commit = (
                transaction.on_commit,
                lambda act, **named: hooks.append(act),
            )
            try:
                with transaction.atomic():
                    save(self, *args, **kwargs)
                    for hook in hooks:
                        hook()
                    raise RuntimeError("rolled back")
            finally:
                transaction.on_commit = on_commit
        return save(self, *args, **kwargs)

    Post.save = broken


def push_to_everybody():
    """Raises no fences, whether by revocations, the sweep or an event's number."""

    async def check_no_rights(self):
        pass

    hubs.Hub.raise_fence = lambda self, fence: None
    sweep.Sweep.check_rights = check_no_rights
    silence_the_sweep()
    revocations.publish_fence = lambda **who: None


def catch_up_for_everybody():
    """Answers catch-up requests without checking permissions."""
    from django.contrib.auth import get_user_model

    owner = get_user_model()(is_active=True, is_superuser=True)
    asked = changes.topic_changes_and_category
    changes.topic_changes_and_category = lambda user, *arguments: asked(owner, *arguments)


def lose_one_in_ten(lose):
    """Loses one post in ten after its response has been sent: `lose(posts)` removes it."""
    from forum.models import Post
    from forum.views import posts

    saved, count = posts.saved, itertools.count(1)

    def losing(request, url, post=None):
        response = saved(request, url, post)
        if next(count) % 10 == 0:
            lose(Post.objects.filter(number=int(url.rpartition("-")[2])))
        return response

    posts.saved = losing


def no_heartbeat():
    async def run(hub):
        await hub.loop.create_future()

    heartbeat.run = run
    change_deliveries(drop_all)
    silence_the_sweep()


async def double_and_swap(deliver, number):
    held.append(deliver)
    if number % 3 == 0:
        for one in [*reversed(held), held[0]]:
            await one()
        held.clear()


def pause_before_commit():
    """Breaks nothing, but makes transactions commit in another order than they began."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    commit = BaseDatabaseWrapper._commit

    def slow(self):
        time.sleep(random.uniform(0, 0.02))
        return commit(self)

    BaseDatabaseWrapper._commit = slow


BREAKS = {
    "lossy 1": lambda: change_deliveries(drop_one_in(100)),
    "lossy 10": lambda: change_deliveries(drop_one_in(10)),
    "lossy 50": lambda: change_deliveries(drop_one_in(2)),
    "muddled": lambda: change_deliveries(double_and_swap),
    "drop": lambda: (change_deliveries(drop_one_in(10)), silence_the_sweep()),
    "swap": lambda: change_deliveries(swap_two),
    "twice": lambda: change_deliveries(send_one_twice),
    "rollback": announce_before_commit,
    "push": push_to_everybody,
    "catch-up": catch_up_for_everybody,
    "lose": lambda: lose_one_in_ten(lambda posts: posts.update(token=os.urandom(16).hex())),
    "unseen": lambda: lose_one_in_ten(lambda posts: posts.delete()),
    "heartbeat": no_heartbeat,
    "pause": pause_before_commit,
}
if name := os.environ.get("BROKEN"):
    BREAKS[name]()
