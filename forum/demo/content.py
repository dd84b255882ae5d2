"""What stands in the demo forum, read from the files in content/: one for the people, one for each
top category.

Times are lengths such as "2d 3h" or "40m". A topic says how long `ago` it began, a post how long
`after` the one before it was written, an edit or hiding how long `after` its post.

In a text `](#2)` leads to the second post of the same topic, `](#clock)` to the topic with this
key, and `](#clock/2)` to a post there; all of them have to be older.
"""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "content"
IN_ORDER = ("news", "sky", "radio", "garden", "workshop", "table", "committee")

OWNER, MODERATOR, MEMBER = "olive", "tomas", "mira"

NO_PART = {"topics", "categories", "announcement"}  # of the category itself, in its file
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    joined: timedelta
    about: str = ""
    groups: tuple[str, ...] = ()
    owner: bool = False


@dataclass(frozen=True)
class Edit:
    after: timedelta
    old: str
    new: str
    reason: str


@dataclass(frozen=True)
class Hiding:
    after: timedelta
    by: str
    reason: str


@dataclass(frozen=True)
class Post:
    by: str
    text: str
    after: timedelta
    edits: tuple[Edit, ...]
    hidden: Hiding | None


@dataclass(frozen=True)
class Topic:
    key: str
    title: str
    category: str
    ago: timedelta
    pinned: bool
    closed: bool
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class Category:
    name: str
    color: str
    description: str
    parent: str | None
    readers: tuple[str, ...]
    posters: tuple[str, ...]


@cache
def people():
    return tuple(_person(**told) for told in _read("people")["people"])


@cache
def categories():
    """Each before those inside it."""
    return tuple(found for name in IN_ORDER for found in _categories(_read(name)))


@cache
def topics():
    return tuple(
        _topic(**{"category": told["name"], **topic})
        for told in map(_read, IN_ORDER)
        for topic in told["topics"]
    )


def announcement():
    return _read("news")["announcement"]


def _read(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())


def _person(joined, groups=(), **told):
    return Person(joined=_length(joined), groups=tuple(groups), **told)


def _categories(told):
    yield _category(**{name: value for name, value in told.items() if name not in NO_PART})
    for inner in told.get("categories", ()):
        yield _category(**inner, parent=told["name"])


def _category(readers=(), posters=(), parent=None, **told):
    return Category(readers=tuple(readers), posters=tuple(posters), parent=parent, **told)


def _topic(ago, posts, pinned=False, closed=False, **told):
    return Topic(
        ago=_length(ago),
        posts=tuple(_post(**post) for post in posts),
        pinned=pinned,
        closed=closed,
        **told,
    )


def _post(by, text, after="", edits=(), hidden=None):
    return Post(
        by,
        text.strip("\n"),
        _length(after),
        tuple(
            Edit(_length(edit["after"]), edit["replace"], edit["with"], edit["reason"])
            for edit in edits
        ),
        hidden and Hiding(_length(hidden["after"]), hidden["by"], hidden["reason"]),
    )


def _length(text):
    return timedelta(**{UNITS[part[-1]]: int(part[:-1]) for part in text.split()})
