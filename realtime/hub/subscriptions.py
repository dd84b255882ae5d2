"""Subscribes this process to the channel layer: one channel, in the groups that have pages here.

The layer may be down or hang at any time. No page waits for it longer than PATIENCE: the sweep
delivers what gets lost.
"""

import asyncio
import logging

from channels.layers import get_channel_layer

from realtime.protocol import groups

logger = logging.getLogger(__name__)
PATIENCE = 1.0  # seconds that a joining page waits for the layer
TIMEOUT = 10.0  # seconds after which a call to the layer counts as failed
RETRY = 1.0


class Subscriptions:
    """The subscription of one hub: to the groups `always`, and to those that `members` has."""

    def __init__(self, always, members, timing):
        self.channel, self._timing = None, timing
        self._has_failed = False  # the last call to the layer
        self._is_silent = False  # the layer does not deliver our own echoes
        self._always, self._members = always, members
        self._open, self._changed, self._awaited = set(), {}, {}
        self._work, self._lock = asyncio.Event(), asyncio.Lock()

    @property
    def away(self):
        return self._has_failed or self._is_silent

    def record_silence(self, is_silent):
        """Records whether echoes fail to arrive; returns whether that has changed."""
        before, self._is_silent = self._is_silent, is_silent
        return before != is_silent

    async def open_channel(self):
        """Replaces the channel by a new one in all groups. Raises whatever the layer raises."""
        layer = get_channel_layer()
        async with self._lock:
            if self.channel:
                await layer.flush()
            self.channel = await layer.new_channel()
            self._open.clear()
            for group in filter(self._is_wanted, [*self._always, *self._members]):
                self._changed[group] = None
            await self._synchronise()

    def update(self, group):
        """To be called when the first page has joined the group, or the last one has left it."""
        self._changed[group] = None
        self._work.set()

    async def wait_for(self, group):
        """Returns when this process is subscribed to `group`, or after PATIENCE."""
        if group in self._open:
            return
        self.update(group)
        if self.away:
            return
        subscribed = self._awaited.setdefault(group, asyncio.get_running_loop().create_future())
        await asyncio.wait({subscribed}, timeout=PATIENCE)
        if not subscribed.done():
            self._has_failed = True

    async def run(self):
        """Keeps the layer's groups in step with `members`, for ever."""
        while True:
            self._work.clear()
            try:
                async with self._lock, asyncio.timeout(TIMEOUT):
                    await self._synchronise()
            except Exception as error:  # noqa: BLE001 - the layer may raise anything; we try again
                if not self._has_failed:
                    logger.warning(
                        "The channel layer refused a group (%s); retrying every second.", error
                    )
                self._has_failed = True
                await asyncio.sleep(RETRY)
                continue
            try:
                # wait_for can swallow a cancellation before Python 3.12
                async with asyncio.timeout(self._timing.renew_every):
                    await self._work.wait()
            except TimeoutError:
                await self._renew()

    async def _synchronise(self):
        """Subscribes to and unsubscribes from the changed groups until the layer matches."""
        if not self.channel:
            return
        layer = get_channel_layer()
        while self._changed:
            group = next(iter(self._changed))
            if self._is_wanted(group):
                if group not in self._open:
                    await layer.group_add(group, self.channel)
                    self._open.add(group)
                self._resolve(group)
            elif group in self._open:
                self._open.discard(group)
                await layer.group_discard(group, self.channel)
            if (group in self._open) == self._is_wanted(group):
                self._changed.pop(group, None)
        self._has_failed = False

    def _is_wanted(self, group):
        if groups.is_of_member(group):
            return False  # their events come through PERSONAL
        return group in self._always or group in self._members

    def _resolve(self, group):
        subscribed = self._awaited.pop(group, None)
        if subscribed and not subscribed.done():
            subscribed.set_result(None)

    async def _renew(self):
        async with self._lock:
            for group in list(self._open):
                await get_channel_layer().group_add(group, self.channel)
