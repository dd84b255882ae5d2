"""Subscribes this process to the channel layer: one channel, in the groups that some page here has
joined.

The layer may be away or hang at any time. No page waits longer than PATIENCE: the sweep delivers
what gets lost.
"""

import asyncio
import logging

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
PATIENCE = 1.0  # seconds that a joining page waits for the layer
# seconds after which the layer's connection counts as lost, although nobody said so
UNANSWERED = 10.0
RETRY = 1.0
RENEWAL = 3600.0  # the in-memory layer forgets members after a day


class Subscriptions:
    def __init__(self, always, members):
        self.channel = None
        self.stuck = False  # the layer did not do what it was asked to
        self._is_silent = False  # what this process says into the layer does not come back
        self._always, self._members = always, members
        self._open, self._touched, self._expected = set(), {}, {}
        self._work, self._lock = asyncio.Event(), asyncio.Lock()

    @property
    def away(self):
        return self.stuck or self._is_silent

    def record_silence(self, is_silent):
        """Whether that is a change."""
        before, self._is_silent = self._is_silent, is_silent
        return before != is_silent

    async def open(self):
        """A new channel in all the groups; an earlier one is given back. Raises what the layer
        raises.
        """
        layer = get_channel_layer()
        async with self._lock:
            if self.channel:
                await layer.flush()
            self.channel = await layer.new_channel()
            self._open.clear()
            for group in [*self._always, *self._members]:
                self._touched[group] = None
            await self._settle()

    def touch(self, group):
        """Somebody joined or left: the layer has to follow."""
        self._touched[group] = None
        self._work.set()

    async def opened(self, group):
        """Returns when the layer brings what is sent to `group`, or when there is no use in
        waiting.
        """
        if group in self._open:
            return
        self.touch(group)
        if self.away:
            return
        expected = self._expected.setdefault(group, asyncio.get_running_loop().create_future())
        await asyncio.wait({expected}, timeout=PATIENCE)
        if not expected.done():
            self.stuck = True

    async def run(self):
        """Follows the touched groups, for ever."""
        while True:
            self._work.clear()
            try:
                async with self._lock, asyncio.timeout(UNANSWERED):
                    await self._settle()
            except Exception as error:  # noqa: BLE001 - whatever the layer has: it is asked again
                if not self.stuck:
                    logger.warning(
                        "The channel layer refused a group (%s); it is asked again.", error
                    )
                self.stuck = True
                await asyncio.sleep(RETRY)
                continue
            try:
                # wait_for can swallow a cancellation before Python 3.12
                async with asyncio.timeout(RENEWAL):
                    await self._work.wait()
            except TimeoutError:
                await self._renew()

    async def _settle(self):
        """Makes the layer agree with who listens here."""
        if not self.channel:
            return
        layer = get_channel_layer()
        while self._touched:
            group = next(iter(self._touched))
            if self._is_wanted(group):
                if group not in self._open:
                    await layer.group_add(group, self.channel)
                    self._open.add(group)
                self._met(group)
            elif group in self._open:
                self._open.discard(group)
                await layer.group_discard(group, self.channel)
            if (group in self._open) == self._is_wanted(group):
                self._touched.pop(group, None)
        self.stuck = False

    def _is_wanted(self, group):
        return group in self._always or group in self._members

    def _met(self, group):
        expected = self._expected.pop(group, None)
        if expected and not expected.done():
            expected.set_result(None)

    async def _renew(self):
        async with self._lock:
            for group in list(self._open):
                await get_channel_layer().group_add(group, self.channel)
