"""static/js/connection/change_queue.js in Python; tests/cases/change_queue.json tests both."""

from math import inf

REORDERING, AGAIN = 200, 2000  # ms


class ChangeQueue:
    """Calls `apply` with the events of a topic in order. Time passes only in `wait`.

    asked: the change number at each request for what is missing. is_asking: whether one is pending.
    reloads: how often the page should have reloaded since it last did.
    """

    def __init__(self, epoch, have, apply):
        self.epoch, self.have, self.apply = epoch, have, apply
        self.asked, self.is_asking, self.reloads = [], False, 0
        self._early, self._now, self._hole = {}, 0, None  # _hole: when it is asked for

    def receive(self, event):
        if event["epoch"] != self.epoch:
            self.reloads += 1
        elif event["change"] > self.have:
            self._early[event["change"]] = event
            self._apply_in_order()
            if self._early:
                self._ask_soon()

    def catch_up(self, answer):
        if answer["epoch"] != self.epoch:
            self.reloads += 1
            return
        for event in answer["events"]:
            if event["change"] > self.have:
                self.apply(event)
        self.have = max(self.have, answer["change"])
        self._apply_in_order()
        if answer["more"]:
            self.ask()

    def compare(self, head):
        epoch, change = head
        if epoch != self.epoch:
            self.reloads += 1
        elif change > self.have:
            self._ask_soon()

    def restart(self, epoch, have):
        self.epoch, self.have, self._early, self.reloads = epoch, have, {}, 0

    @property
    def is_waiting(self):
        """Whether something is missing that is soon asked for."""
        return self._hole is not None and not self.is_asking

    def wait(self, ms):
        self._now += ms
        if self._hole is not None and self._hole <= self._now:
            self._hole = inf
            self.ask()

    def ask(self):
        if not self.is_asking:
            self.is_asking = True
            self.asked.append(self.have)

    def answered(self, answer):
        """To be called with the answer to a request, or None if it got lost."""
        self.is_asking, self._hole = False, None
        if answer:
            self.catch_up(answer)
        elif self._early:
            self._ask_soon(AGAIN)

    def _apply_in_order(self):
        while event := self._next():
            self.have = event["change"]
            self.apply(event)
        self._early = {change: event for change, event in self._early.items() if change > self.have}
        if not self._early:
            self._hole = None

    def _next(self):
        for change, event in self._early.items():
            if event.get("since", change - 1) <= self.have < change:
                return event
        return None

    def _ask_soon(self, wait=REORDERING):
        if self._hole is None:
            self._hole = self._now + wait
