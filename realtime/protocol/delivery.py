"""One event on its way to open pages: `Delivery`, with the `Change` that it tells and the
`Audience` that may have it.

The publisher and the sweep make deliveries; the hub, the throttle and the change cache read them.
They travel between processes as hub_messages.py encodes them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """The place of an event in the history of its topic.

    topic: id. epoch: while it stays the same, numbers of this topic can be compared. number: 1, 2,
    3 … in the order of commits; 0 for a topic from before numbers.
    """

    topic: int
    epoch: str
    number: int

    def is_news_after(self, before: "Change | None") -> bool:
        """Whether pages that were last sent `before` need this one. Both are of the same topic."""
        return before is None or before.epoch != self.epoch or before.number < self.number


@dataclass(frozen=True, slots=True)
class Audience:
    """The pages that get an event: those in `group` that are in none of the groups in `skip`
    (names: see groups.py).

    category: id of the category whose readers may see the event. Pages that believe the topic to be
    in another one have to ask again before they get it. None where the event tells nothing that a
    move could make private.
    """

    group: str
    skip: tuple[str, ...] = ()
    category: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """text: the finished JSON that the browser gets (docs/realtime.md).

    revocation: how many times rights had been revoked when the event was read (models.Revocation).
    A hub that has raised fewer fences asks the database who may see what before it delivers the
    event. 0 where this was asked already.
    """

    change: Change
    audience: Audience
    text: str
    revocation: int = 0
