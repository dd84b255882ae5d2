"""The content of the demo forum, read from the files in content/.

There is one file for people, one for tags, and one per top-level category.

Times are durations such as "2d 3h" or "40m": `ago` for a topic, `after` the previous post for a
post, `after` its post for an edit or hiding.

`to` is the number of the post that a post answers, `reactions` who has reacted to it with which
sign. `answer` of a topic is the number of the post that its author has accepted,
`votes` how members have voted in its poll.

In a text, `](#2)` links to the second post of the same topic, `](#clock)` to the topic with this
key, and `](#clock/2)` to a post in it; the targets must be older. `](picture:crescent)` shows what
pictures.py draws.
"""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "content"
IN_ORDER = ("news", "sky", "radio", "garden", "workshop", "table", "committee")

OWNER, MODERATOR, MEMBER = "olive", "tomas", "mira"

# Keys of a category's file that are not fields of the category.
OTHER_KEYS = {"topics", "categories", "announcement"}
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
    to: int  # number of the post that it answers, 0 if none
    after: timedelta
    edits: tuple[Edit, ...]
    hidden: Hiding | None
    reactions: dict[str, list[str]]


@dataclass(frozen=True)
class Topic:
    key: str
    title: str
    category: str
    ago: timedelta
    pinned: bool
    closed: bool
    answer: int  # number of the accepted post, 0 if none
    votes: dict[str, list[int]]
    tags: tuple[str, ...]
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class Category:
    name: str
    color: str
    description: str
    parent: str | None
    readers: tuple[str, ...]
    posters: tuple[str, ...]
    takes_answers: bool


@dataclass(frozen=True)
class Tag:
    name: str
    description: str = ""
    synonyms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@cache
def people():
    return tuple(_person(**values) for values in _read("people")["people"])


@cache
def categories():
    """All categories, each before its subcategories."""
    return tuple(found for name in IN_ORDER for found in _categories(_read(name)))


@cache
def tags():
    return tuple(Tag(**values) for values in _read("tags")["tags"])


@cache
def topics():
    return tuple(
        _topic(**{"category": values["name"], **topic})
        for values in map(_read, IN_ORDER)
        for topic in values["topics"]
    )


def announcement():
    return _read("news")["announcement"]


def _read(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())


def _person(joined, groups=(), **values):
    return Person(joined=_length(joined), groups=tuple(groups), **values)


def _categories(values):
    yield _category(**{name: value for name, value in values.items() if name not in OTHER_KEYS})
    for inner in values.get("categories", ()):
        yield _category(**inner, parent=values["name"])


def _category(readers=(), posters=(), parent=None, takes_answers=False, **values):
    return Category(
        readers=tuple(readers),
        posters=tuple(posters),
        parent=parent,
        takes_answers=takes_answers,
        **values,
    )


def _topic(ago, posts, pinned=False, closed=False, answer=0, votes=None, tags=(), **values):
    return Topic(
        ago=_length(ago),
        tags=tuple(tags),
        posts=tuple(_post(**post) for post in posts),
        pinned=pinned,
        closed=closed,
        answer=answer,
        votes=votes or {},
        **values,
    )


def _post(by, text, to=0, after="", edits=(), hidden=None, reactions=None):
    return Post(
        by,
        text.strip("\n"),
        to,
        _length(after),
        tuple(
            Edit(_length(edit["after"]), edit["replace"], edit["with"], edit["reason"])
            for edit in edits
        ),
        hidden and Hiding(_length(hidden["after"]), hidden["by"], hidden["reason"]),
        reactions or {},
    )


def _length(text):
    return timedelta(**{UNITS[part[-1]]: int(part[:-1]) for part in text.split()})
