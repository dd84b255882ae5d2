"""The routing table of one process: which pages receive what is sent to a group."""

import itertools


class Routes:
    """The members of each group. Keeps `page.joined`, the groups of a page, in step with it."""

    def __init__(self):
        # group -> {page: its fast path, or None: see broadcast.py}, in order of joining
        self.members = {}
        self.version = 0  # rises with every change of `members`
        # group -> a number that changes with each event for it; of groups that have members
        self.event_versions = {}
        self._numbers = itertools.count()

    def join(self, page, group):
        page.joined.add(group)
        if group not in self.members:
            self.members[group], self.event_versions[group] = {}, next(self._numbers)
        self.members[group][page] = page.fast_path
        self.version += 1

    def leave(self, page, group):
        """Returns whether the page was the last one in the group."""
        page.joined.discard(group)
        members = self.members.get(group, {})
        members.pop(page, None)
        self.version += 1
        if members or group not in self.members:
            return False
        del self.members[group], self.event_versions[group]
        return True

    def refresh(self, page):
        """To be called when `page.fast_path` has changed."""
        self.version += 1
        for group in page.joined:
            self.members[group][page] = page.fast_path

    def record_event(self, group):
        """To be called for each event before it is sent; returns whether the group has members."""
        if group not in self.event_versions:
            return False
        self.event_versions[group] = next(self._numbers)
        return True
