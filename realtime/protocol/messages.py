"""Reads what pages say, and refuses with a sentence what makes no sense. Nothing here trusts its input."""

import json
import re

LARGEST = 2**53 - 1  # what a browser can count to
ROWS = 100
WATCH = 4000  # characters of one in a query, and of rows; a message may have 4,096 bytes
MOST_DIGITS = 17  # of a number; one less may be
UNUSABLE = re.compile("[\0\ud800-\udfff]")
LIST = re.compile(r"latest|category:[0-9]{1,18}", re.ASCII)


class BadMessage(ValueError):
    """A message that can't be understood; str() says why."""


def read(text):
    """The message in `text`, with a `type`. Raises BadMessage."""
    message = object_in(text)
    if not isinstance(message.get("type"), str):
        raise BadMessage("Send an object with a type.")
    return message


def object_in(text):
    """A JSON object of texts and whole numbers: all that pages ever send, and the one place that decides it.

    Texts have no NUL, which PostgreSQL refuses, and no halves of surrogate pairs, which can't be sent back. Of a name
    that comes twice nobody knows which is meant. Raises BadMessage.
    """
    try:
        message = json.loads(
            text, object_pairs_hook=flat, parse_int=bounded_number, parse_float=refused, parse_constant=refused
        )
    except BadMessage:
        raise
    except (ValueError, RecursionError) as error:
        raise BadMessage("This is not JSON.") from error
    if not isinstance(message, dict):
        raise BadMessage("Send an object.")
    return message


def flat(pairs):
    message = dict(pairs)
    if len(message) < len(pairs):
        raise BadMessage("A name may be there once.")
    if not all(is_plain(name) and (type(value) is int or is_plain(value)) for name, value in pairs):
        raise BadMessage("Send an object of texts and whole numbers.")
    return message


def is_plain(value):
    return isinstance(value, str) and not UNUSABLE.search(value)


def bounded_number(digits):
    return int(digits) if len(digits) < MOST_DIGITS else refused(digits)


def refused(number):
    raise BadMessage("Numbers must be whole, and of less than 17 digits.")


def number_in(message, name):
    """A whole number from 0 to LARGEST, as JSON number or as digits in a query. Raises BadMessage."""
    value = message.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < MOST_DIGITS:
        value = int(value)
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise BadMessage(f"{name} must be a whole number, 0 or more.")
    return value


def post_in(message, name):
    """The id of a post that news are counted from; None for "now". Raises BadMessage."""
    return None if message.get(name) == "now" else number_in(message, name)


def epoch_in(message):
    epoch = message.get("epoch")
    if not isinstance(epoch, str) or len(epoch) > 16:
        raise BadMessage("epoch must be the text that the page was given.")
    return epoch


def watch_in(text):
    """What a page shows, as JSON in a query: an object like the ones that `watch` brings. Raises BadMessage."""
    ask = object_in(text) if len(text) <= WATCH else {}
    if not ask or len(json.dumps(ask)) > WATCH:
        raise BadMessage(f"watch must be an object of at most {WATCH} characters.")
    return ask


def asker_in(message):
    """Who of those that share a socket asks: a short text of theirs, or None. Raises BadMessage."""
    asker = message.get("for")
    if asker is not None and (not isinstance(asker, str) or len(asker) > 36):
        raise BadMessage("for must be a text of at most 36 characters.")
    return asker


def list_in(message):
    """The name of a list, "latest" or "category:5". Raises BadMessage."""
    name = message.get("list")
    if not isinstance(name, str) or not LIST.fullmatch(name):
        raise BadMessage("list must be latest or category:5, with the number of a category.")
    return name


def rows_in(value):
    """{topic id: change} from "12:41,13:5", at most ROWS of them. Raises BadMessage."""
    if not isinstance(value, str) or len(value) > WATCH:
        raise BadMessage("rows must be text like 12:41,13:5.")
    pairs = [pair.partition(":") for pair in value.split(",") if pair]
    if len(pairs) > ROWS:
        raise BadMessage(f"rows may hold at most {ROWS} topics.")
    return {number_in({"rows": topic}, "rows"): number_in({"rows": change}, "rows") for topic, _colon, change in pairs}


def shown_in(message):
    """(topic id or None, name of a list or None): what the page shows itself, which is no news to it."""
    topic = number_in(message, "topic") if "topic" in message else None
    return topic, list_in(message) if "list" in message else None
