"""The messages that pages send over their socket, as typed values, and their parser.

`read` parses the JSON, `message_in` turns its fields into one of the values below. Nothing trusts
its input: anything invalid raises BadMessage with a sentence for the developer of the client. The
messages on the wire: docs/realtime.md, "What a client sends". The HTTP feed parses its queries with
the same functions.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Never

LARGEST = 2**53 - 1  # JavaScript's Number.MAX_SAFE_INTEGER
ROWS = 100
WATCH = 4000  # characters of a `watch` in a query, and of `rows`; a message may have 4,096 bytes
DIGITS = 16  # of a number, as many as LARGEST has
UNUSABLE = re.compile("[\0\ud800-\udfff]")
LIST = re.compile(r"latest|(?:category|tag):[0-9]{1,18}", re.ASCII)

Fields = Mapping[str, int | str]  # of a message, or of a query


class BadMessage(ValueError):
    """A message is invalid; str() says why, for the developer of the client."""


@dataclass(frozen=True, slots=True)
class WatchTopic:
    """The page shows this topic (id) as of this epoch and change number."""

    topic: int
    epoch: str
    change: int


@dataclass(frozen=True, slots=True)
class WatchList:
    """The page shows the list `name` ("latest", "category:5", "tag:7"), rows {topic id: change}."""

    name: str
    rows: dict[int, int]


@dataclass(frozen=True, slots=True)
class WatchNews:
    """The page counts posts with an id above `since`, or from now on if that is None.

    topic, list_name: what the page shows itself, whose posts are not counted.
    """

    since: int | None
    topic: int | None
    list_name: str | None


@dataclass(frozen=True, slots=True)
class Unwatch:
    """The page no longer shows the topic."""

    topic: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The post with this number in the topic was on the reader's screen."""

    topic: int
    number: int


@dataclass(frozen=True, slots=True)
class Typing:
    """The reader is writing in the topic."""

    topic: int


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a heartbeat."""


@dataclass(frozen=True, slots=True)
class WatchMember:
    """The page belongs to this member (id), as of this epoch and change of their stream."""

    member: int
    epoch: str
    change: int


Watch = WatchTopic | WatchList | WatchNews | WatchMember
ClientMessage = Watch | Unwatch | Seen | Typing | Pong


def read(text: str) -> dict[str, int | str]:
    """The fields of the JSON message `text`, among them its `type`. Raises BadMessage."""
    message = object_in(text)
    if not isinstance(message.get("type"), str):
        raise BadMessage("Send an object with a type.")
    return message


def message_in(fields: Fields) -> ClientMessage:
    """The typed message with these fields, which come from `read`. Raises BadMessage."""
    make = KINDS.get(str(fields["type"]))
    if make is None:
        raise BadMessage(f"The type must be one of {', '.join(KINDS)}.")
    return make(fields)


def _watch(fields: Fields) -> Watch:
    if "news" in fields:
        return WatchNews(post_in(fields, "news"), *shown_in(fields))
    if "topic" in fields:
        return WatchTopic(
            number_in(fields, "topic"), change=number_in(fields, "change"), epoch=epoch_in(fields)
        )
    if "list" in fields:
        return WatchList(list_in(fields), rows_in(fields.get("rows", "")))
    if "member" in fields:
        return WatchMember(
            number_in(fields, "member"), change=number_in(fields, "change"), epoch=epoch_in(fields)
        )
    raise BadMessage("Watch a topic, a list, the news or a member.")


KINDS: Mapping[str, Callable[[Fields], ClientMessage]] = {
    "watch": _watch,
    "unwatch": lambda fields: Unwatch(number_in(fields, "topic")),
    "seen": lambda fields: Seen(number_in(fields, "topic"), number_in(fields, "number")),
    "typing": lambda fields: Typing(number_in(fields, "topic")),
    "pong": lambda fields: Pong(),
}


def object_in(text: str) -> dict[str, int | str]:
    """Parses a JSON object of strings and whole numbers, which is all that pages ever send.

    Refuses strings with NUL, which PostgreSQL can't store, or with lone surrogates, which can't be
    encoded; and duplicate names, which are ambiguous. Raises BadMessage.
    """
    try:
        message = json.loads(
            text,
            object_pairs_hook=flat,
            parse_int=bounded_number,
            parse_float=refused,
            parse_constant=refused,
        )
    except BadMessage:
        raise
    except (ValueError, RecursionError) as error:
        raise BadMessage("This is not JSON.") from error
    if not isinstance(message, dict):
        raise BadMessage("Send an object.")
    return message


def flat(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    message = dict(pairs)
    if len(message) < len(pairs):
        raise BadMessage("A name may be there once.")
    if not all(is_plain(name) and (type(value) is int or is_plain(value)) for name, value in pairs):
        raise BadMessage("Send an object of texts and whole numbers.")
    return message


def is_plain(value: object) -> bool:
    return isinstance(value, str) and not UNUSABLE.search(value)


def bounded_number(digits: str) -> int:
    return int(digits) if len(digits) <= DIGITS else refused(digits)


def refused(number: str) -> Never:
    raise BadMessage("Numbers must be whole, and of less than 17 digits.")


def number_in(message: Fields, name: str) -> int:
    """A whole number from 0 to LARGEST, given as number or as digits. Raises BadMessage."""
    value = message.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= DIGITS:
        value = int(value)
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise BadMessage(f"{name} must be a whole number, 0 or more.")
    return value


def post_in(message: Fields, name: str) -> int | None:
    """The id of the post after which posts are counted; None for "now". Raises BadMessage."""
    return None if message.get(name) == "now" else number_in(message, name)


def epoch_in(message: Fields) -> str:
    epoch = message.get("epoch")
    if not isinstance(epoch, str) or len(epoch) > 16:
        raise BadMessage("epoch must be the text that the page was given.")
    return epoch


def watch_in(text: str) -> dict[str, int | str]:
    """The fields of a `watch` message given as JSON in a query. Raises BadMessage."""
    fields = object_in(text) if len(text) <= WATCH else {}
    if not fields or len(json.dumps(fields)) > WATCH:
        raise BadMessage(f"watch must be an object of at most {WATCH} characters.")
    return fields


def correlation_id_in(message: Fields) -> str | None:
    """The `for` that the answer repeats, so that pages can share a socket. Raises BadMessage."""
    correlation_id = message.get("for")
    if correlation_id is not None and (
        not isinstance(correlation_id, str) or len(correlation_id) > 36
    ):
        raise BadMessage("for must be a text of at most 36 characters.")
    return correlation_id


def list_in(message: Fields) -> str:
    """The name of a list, as "latest", "category:5" or "tag:7". Raises BadMessage."""
    name = message.get("list")
    if not isinstance(name, str) or not LIST.fullmatch(name):
        raise BadMessage("list must be latest, category:5 or tag:7, with the number of one.")
    return name


def rows_in(value: object) -> dict[int, int]:
    """{topic id: change} from "12:41,13:5", at most ROWS of them. Raises BadMessage."""
    if not isinstance(value, str) or len(value) > WATCH:
        raise BadMessage("rows must be text like 12:41,13:5.")
    pairs = [pair.partition(":") for pair in value.split(",") if pair]
    if len(pairs) > ROWS:
        raise BadMessage(f"rows may hold at most {ROWS} topics.")
    return {
        number_in({"rows": topic}, "rows"): number_in({"rows": change}, "rows")
        for topic, _colon, change in pairs
    }


def shown_in(message: Fields) -> tuple[int | None, str | None]:
    """(topic id or None, list name or None): what the page shows itself. Raises BadMessage."""
    topic = number_in(message, "topic") if "topic" in message else None
    return topic, list_in(message) if "list" in message else None
