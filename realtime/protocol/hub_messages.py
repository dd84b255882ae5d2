"""Messages between processes through the channel layer: their types, encoding and decoding.

On the wire each is a dict with a `type`, made of strings, numbers, booleans, None and lists, which
msgpack can encode. The sender may run another release (during a rolling update both run): unknown
fields are ignored, and a message that can't be decoded raises BadHubMessage. Losing a message is
harmless, since the sweep finds in the database what a hub has missed.

`group_of` has the group of hubs that a message is sent to; an Echo goes to its sender's channel.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from realtime.protocol import groups
from realtime.protocol.delivery import Audience, Change, Delivery, PersonalDelivery
from realtime.protocol.viewers import Viewers, Writing

Wire = dict[str, Any]
T = TypeVar("T")


class BadHubMessage(ValueError):
    """A message of another process can't be decoded; str() says why, without its contents."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Somebody may see less than before: affected pages have to ask again what they may see.

    Affected are those that show `topic`, those of member `user`, or all (`everybody`). Sent by
    revocations.py and, for a move, by the publisher. number: that of models.Revocation; None for a
    move, which revokes no right. sender: name of the sending process's hub, which raised the fence
    before sending it; "" if that process has no hub.
    """

    topic: int | None = None
    user: int | None = None
    everybody: bool = False
    number: int | None = None
    sender: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncementsChanged:
    """The announcements have changed: each hub reads them from the database."""


@dataclass(frozen=True, slots=True)
class Gossip:
    """Presence of the connections of process `sender`; see presence/gossip.py.

    writing: writers by topic id. online, topics: viewers of the site, and by topic id. Sent in full
    every few seconds; messages in between have only `writing`, and `online` is None.
    """

    sender: str
    writing: dict[int, Writing]
    online: Viewers | None = None
    topics: dict[int, Viewers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Echo:
    """Sent by a hub to itself, to see whether the layer delivers; see layer_watchdog.py."""


HubMessage = Delivery | PersonalDelivery | Fence | AnnouncementsChanged | Gossip | Echo


def group_of(message: HubMessage) -> str:
    """The group of the channel layer that the message is sent to."""
    if isinstance(message, Delivery):
        return message.audience.group
    if isinstance(message, PersonalDelivery):
        return groups.PERSONAL
    return groups.FENCE if isinstance(message, Fence) else groups.HUBS


def encode(message: HubMessage) -> Wire:
    """The message as a dict that the channel layer can serialise."""
    if isinstance(message, Delivery):
        return _encoded_delivery(message)
    if isinstance(message, PersonalDelivery):
        return {"type": "deliver_personal", **asdict(message)}
    if isinstance(message, Fence):
        who = {"topic": message.topic, "user": message.user, "everybody": message.everybody}
        return {"type": "fence", **who, "number": message.number, "sender": message.sender}
    if isinstance(message, Gossip):
        return _encoded_gossip(message)
    return {"type": "echo" if isinstance(message, Echo) else "announcements_changed"}


def decode(wire: object) -> HubMessage:
    """The message in a dict received from the channel layer. Raises BadHubMessage."""
    if not isinstance(wire, dict):
        raise BadHubMessage("A message must be a dict.")
    kind = wire.get("type")
    if not isinstance(kind, str) or kind not in DECODERS:
        raise BadHubMessage("A message must have a type that this release knows.")
    return DECODERS[kind](wire)


def _encoded_delivery(delivery: Delivery) -> Wire:
    change, audience = delivery.change, delivery.audience
    return {
        "type": "deliver",
        "topic": change.topic,
        "epoch": change.epoch,
        "change": change.number,
        "group": audience.group,
        "skip": list(audience.skip),
        "category": audience.category,
        "text": delivery.text,
        "revocation": delivery.revocation,
        "author": delivery.author,
        "joined": delivery.joined,
    }


def _decoded_delivery(wire: Wire) -> Delivery:
    change = Change(
        _value(wire, "topic", int), _value(wire, "epoch", str), _value(wire, "change", int)
    )
    skip = tuple(_each(_value(wire, "skip", list), str))
    audience = Audience(_value(wire, "group", str), skip, _optional(wire, "category", int))
    return Delivery(
        change,
        audience,
        _value(wire, "text", str),
        _value(wire, "revocation", int),
        _optional(wire, "author", int),
        _optional(wire, "joined", int),
    )


def _decoded_personal_delivery(wire: Wire) -> PersonalDelivery:
    return PersonalDelivery(
        _value(wire, "member", int),
        _value(wire, "epoch", str),
        _value(wire, "number", int),
        _value(wire, "text", str),
        _value(wire, "revocation", int),
    )


def _decoded_fence(wire: Wire) -> Fence:
    fence = Fence(
        topic=_optional(wire, "topic", int),
        user=_optional(wire, "user", int),
        everybody=_value(wire, "everybody", bool),
        number=_optional(wire, "number", int),
        sender=_value(wire, "sender", str),
    )
    if fence.topic is None and fence.user is None and not fence.everybody:
        raise BadHubMessage("A fence must be for a topic, a user or everybody.")
    return fence


def _encoded_gossip(gossip: Gossip) -> Wire:
    """Has each member's names once, however many topics they have open."""
    marks = [
        [topic, list(map(list, one.names.items())), list(one.lists)]
        for topic, one in gossip.writing.items()
    ]
    wire: Wire = {"type": "gossip", "sender": gossip.sender, "writing": marks}
    if gossip.online is not None:
        wire["members"] = [[pk, *names] for pk, names in gossip.online.members.items()]
        wire["guests"] = gossip.online.guests
        wire["topics"] = [
            [topic, list(seen.members), seen.guests] for topic, seen in gossip.topics.items()
        ]
    return wire


def _decoded_gossip(wire: Wire) -> Gossip:
    sender, writing = _value(wire, "sender", str), {}
    for topic, names, lists in _rows(wire, "writing", int, list, list):
        writing[topic] = Writing(dict(_checked(names, int, str)), tuple(_each(lists, str)))
    if wire.get("members") is None:
        return Gossip(sender, writing)
    rows = _rows(wire, "members", int, str, str, str)
    members = {pk: (username, name, avatar) for pk, username, name, avatar in rows}
    topics = {}
    for topic, ids, guests in _rows(wire, "topics", int, list, int):
        if not members.keys() >= set(_each(ids, int)):
            raise BadHubMessage("topics must name members that the message has.")
        topics[topic] = Viewers({pk: members[pk] for pk in ids}, guests)
    return Gossip(sender, writing, Viewers(members, _value(wire, "guests", int)), topics)


DECODERS: Mapping[str, Callable[[Wire], HubMessage]] = {
    "deliver": _decoded_delivery,
    "deliver_personal": _decoded_personal_delivery,
    "fence": _decoded_fence,
    "announcements_changed": lambda wire: AnnouncementsChanged(),
    "gossip": _decoded_gossip,
    "echo": lambda wire: Echo(),
}


def _value(wire: Wire, name: str, kind: type[T]) -> T:
    value = wire.get(name)
    if type(value) is not kind:  # a bool is no number here
        raise BadHubMessage(f"{name} must be of type {kind.__name__}.")
    return value


def _optional(wire: Wire, name: str, kind: type[T]) -> T | None:
    return None if wire.get(name) is None else _value(wire, name, kind)


def _rows(wire: Wire, name: str, *kinds: type) -> list[Any]:
    """The list of rows in field `name`, each with one value of each of these types, in order."""
    return _checked(_value(wire, name, list), *kinds, name=name)


def _checked(rows: list[Any], *kinds: type, name: str = "names") -> list[Any]:
    for row in rows:
        if type(row) is not list or [type(value) for value in row] != list(kinds):
            raise BadHubMessage(
                f"{name} must have rows of {', '.join(kind.__name__ for kind in kinds)}."
            )
    return rows


def _each(values: list[Any], kind: type[T]) -> list[T]:
    if any(type(value) is not kind for value in values):
        raise BadHubMessage(f"A list must have only values of type {kind.__name__}.")
    return values
