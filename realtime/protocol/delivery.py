"""`Delivery`: one event on its way to open pages, with its `Change` number and its `Audience`.

The publisher and the sweep create deliveries; the hub, the throttle and the change cache read them.
hub_messages.py encodes them for other processes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """The position of an event in the history of its topic.

    topic: id. epoch: numbers are comparable only within the same epoch. number: 1, 2, 3 … in the
    order of commits; 0 for a topic from before numbers.
    """

    topic: int
    epoch: str
    number: int

    def is_newer_than(self, before: "Change | None") -> bool:
        """Whether pages that were last sent `before`, of the same topic, still need this one."""
        return before is None or before.epoch != self.epoch or before.number < self.number


@dataclass(frozen=True, slots=True)
class Audience:
    """The pages that receive an event: members of `group` that are in none of the groups `skip`.

    group, skip: names as made by groups.py. category: id of the category whose readers may see the
    event. Pages that know the topic in another category have to ask again before they get it. None
    if the event has nothing that a move could make private.
    """

    group: str
    skip: tuple[str, ...] = ()
    category: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An encoded event, the change it stands for and the pages it is sent to.

    text: the JSON that browsers get (docs/realtime.md). revocation: models.Revocation when the
    event was read from the database. A hub that has raised fewer fences than that checks all rights
    before it delivers the event. 0 if the rights were checked already. author: id of the member
    whose new post the event shows, who is not writing it any more; None for other events. joined:
    id of the post if only its reactions or votes have changed, so that the event can be joined with
    others (hub/joining.py); None for other events.
    """

    change: Change
    audience: Audience
    text: str
    revocation: int = 0
    author: int | None = None
    joined: int | None = None


@dataclass(frozen=True, slots=True)
class PersonalDelivery:
    """An event in a member's stream, for all pages of that member.

    member: id. epoch, number: its position in the stream (forum/models/personal_changes.py). text,
    revocation: as in a Delivery.
    """

    member: int
    epoch: str
    number: int
    text: str
    revocation: int = 0
