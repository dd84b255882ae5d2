"""The logs of a run, and the check that they agree with the forum's guarantees.

Times are those of one monotonic clock, in seconds. Docs: docs/guarantees.md, where C1 to C8 are
explained.
"""

from bisect import bisect
from collections import Counter, defaultdict
from dataclasses import dataclass, field

BEHIND = 30.0  # seconds that a connected page may be behind the head


@dataclass
class Write:
    """One form, sent until there was a response or the writer gave up."""

    token: str
    topic: int
    sent_at: float
    post: int | None = None  # the number that the response led to; None: refused, or unknown
    # whether the author saw it there; None: did not look, or no page came
    shown: bool | None = None


@dataclass
class PageLog:
    """One page: who looked, at what, and all that happened to it, in order.

    seen: ("began", at, change), ("applied", at, change, post or None, hash of its text or None),
    ("caught up", at, since, change), ("reloaded", at, change), ("connected", at), ("closed", at,
    code), ("cut off", at): nothing can reach it, and it has no way to know
    """

    name: str
    user: int | None
    topic: int
    seen: list = field(default_factory=list)
    final: str | None = None  # a hash of all that it shows in the end
    fresh: str | None = None  # the same of a page loaded afresh by the same reader


@dataclass
class History:
    writes: list = field(default_factory=list)
    pages: list = field(default_factory=list)
    # (user, topic, the topic's change when the right was taken)
    revokes: list = field(default_factory=list)
    heads: list = field(default_factory=list)  # (at, topic, change) as stored at that moment

    def violations(self, database, behind=BEHIND):
        """All violations, as ("C1", message). `database` is a Database, read at the end."""
        found = []
        for name, rule in RULES.items():
            found += [(name, words) for words in rule(self, database, behind)]
        return found


@dataclass
class Database:
    """The stored state at the end of a run.

    tokens: {token: [numbers]}. posts: {post id: (topic, change, hash of its text)}. changes:
    {topic: change}.
    """

    tokens: dict
    posts: dict
    changes: dict


def lost(history, database, behind):
    """C1: every acknowledged post is stored."""
    for write in history.writes:
        if write.post and write.post not in database.tokens.get(write.token, []):
            yield f"post {write.post} of form {write.token} was acknowledged and is not there"


def duplicates(history, database, behind):
    """C2: a form creates one post; a page applies a change once."""
    for token, posts in database.tokens.items():
        if len(posts) > 1:
            yield f"form {token} made the posts {posts}"
    for page in history.pages:
        applied = Counter(entry[2] for entry in current(page) if entry[0] == "applied")
        for change in [change for change, times in applied.items() if times > 1]:
            yield f"{page.name} applied change {change} twice"


def out_of_order(history, database, behind):
    """C3: a page applies changes in ascending order."""
    for page in history.pages:
        have = 0
        for entry in current(page):
            if entry[0] == "applied" and entry[2] < have:
                yield f"{page.name} applied {entry[2]} after {have}"
            have = max(have, reached(entry))


def holes(history, database, behind):
    """C4: the changes that a page applied and caught up with have no gap."""
    for page in history.pages:
        have = None
        for entry in current(page):
            if entry[0] == "applied" and have is not None and entry[2] > have + 1:
                yield f"{page.name} went from {have} to {entry[2]}"
            if entry[0] == "caught up" and have is not None and entry[2] > have:
                yield f"{page.name} caught up from {entry[2]} and had {have}"
            have = max(have or 0, reached(entry))


def after_revoke(history, database, behind):
    """C5: nothing committed after the loss of a right reaches a member who lost it."""
    for user, topic, change in history.revokes:
        for page in history.pages:
            if (page.user, page.topic) == (user, topic):
                for entry in page.seen:
                    if reached(entry) > change:
                        yield (
                            f"{page.name} got {entry[0]} {reached(entry)}; the right was taken at"
                            f" {change}"
                        )


def never_committed(history, database, behind):
    """C6: no page saw anything that is not in the database."""
    for page in history.pages:
        for entry in page.seen:
            if reached(entry) > database.changes.get(page.topic, 0):
                yield (
                    f"{page.name} saw change {reached(entry)} of {database.changes.get(page.topic)}"
                )
            if entry[0] == "applied" and not is_stored(page.topic, *entry[2:], database):
                yield (
                    f"{page.name} saw post {entry[3]} at change {entry[2]}, which the database does"
                    " not have"
                )


def is_stored(topic, change, post, text, database):
    """Whether an event agrees with the database; former texts can't be checked any more."""
    if post is None:
        return True
    its_topic, its_change, its_text = database.posts.get(post, (None, 0, None))
    if its_topic != topic or its_change < change:
        return False
    return its_change > change or text is None or text == its_text


def out_of_date(history, database, behind):
    """C7: a connected page does not stay behind the head."""
    heads = defaultdict(list)
    for at, topic, change in history.heads:
        heads[topic].append((at, change))
    for page in history.pages:
        if (page.user, page.topic) in {(user, topic) for user, topic, _change in history.revokes}:
            continue
        had = Had(page)
        for start, end in connected_spans(page):
            if end - start < behind:
                continue
            for at, change in heads[page.topic]:
                due = max(at, start) + behind
                if due <= end and had.by(due) < change:
                    yield f"{page.name} had {had.by(due)} when {change} was {behind:.0f} s old"
                    break


def diverged(history, database, behind):
    """C8: in the end a page shows the same as a fresh one, and as all of the same audience."""
    for page in history.pages:
        if page.final != page.fresh:
            yield f"{page.name} ended with {page.final}, a fresh page with {page.fresh}"


def unseen_by_author(history, database, behind):
    """G7: an author sees the post in the page that the response leads to."""
    for write in history.writes:
        if write.shown is False:
            yield f"post {write.post} was acknowledged, and its author did not see it"


RULES = {
    "C1": lost,
    "C2": duplicates,
    "C3": out_of_order,
    "C4": holes,
    "C5": after_revoke,
    "C6": never_committed,
    "C7": out_of_date,
    "C8": diverged,
    "G7": unseen_by_author,
}


def reached(entry):
    """The change that a page has reached with this entry; 0 if it has none."""
    kind, _at, *rest = entry
    if kind in ("began", "applied", "reloaded"):
        return rest[0]
    return rest[1] if kind == "caught up" else 0


def current(page):
    """The entries since the page was last reloaded: earlier numbers don't count any more."""
    last = max(
        (place for place, entry in enumerate(page.seen) if entry[0] == "reloaded"), default=0
    )
    return page.seen[last:]


def connected_spans(page):
    """[(from, to)] of the times when the page had a socket."""
    spans, since = [], None
    for kind, at, *_rest in page.seen:
        if kind == "connected" and since is None:
            since = at
        if kind in ("closed", "cut off") and since is not None:
            spans.append((since, at))
            since = None
    return spans


class Had:
    """The change that a page had reached at a time, found by bisection."""

    def __init__(self, page):
        self.times, self.most = [], [0]
        for entry in page.seen:
            self.times.append(entry[1])
            self.most.append(max(self.most[-1], reached(entry)))

    def by(self, at):
        return self.most[bisect(self.times, at)]
