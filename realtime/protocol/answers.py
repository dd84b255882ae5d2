"""Answers to `watch` messages and to the HTTP feed, as typed dicts that are ready to be encoded.

Built by catch-up, read by pages: docs/realtime.md, "What the server answers", says what a page does
with each. Over a socket an answer also repeats the `for` of its request (connection.py).
"""

from typing import Literal, NotRequired, TypedDict

from realtime.protocol.events import PersonalUpdate, PostUpdate


class Changes(TypedDict):
    """The changes of a topic after `since` up to `change`; if `more`, the page asks for more."""

    type: Literal["changes"]
    topic: int
    epoch: str
    since: int
    change: int
    events: list[PostUpdate]  # by change number
    more: bool
    # over a socket: whether the reader may write in the topic's category
    writable: NotRequired[bool]


class Reload(TypedDict):
    """The page can't be brought up to date by events: it reloads the posts.

    epoch, change: the reloaded posts are at least as new as these.
    """

    type: Literal["reload"]
    topic: int
    epoch: str
    change: int


class TopicGone(TypedDict):
    """There is no such topic that the reader may see."""

    type: Literal["gone"]
    topic: int


class ListGone(TypedDict):
    """There is no such list that the reader may see."""

    type: Literal["gone"]
    list: str


class Rows(TypedDict):
    """How a list differs from the rows that the page shows."""

    type: Literal["rows"]
    list: str
    rows: list[PostUpdate]  # those that differ
    gone: list[int]  # ids of topics that are not in the list any more
    top: list[int]  # ids of the first page, in order


class News(TypedDict):
    """How many posts others have written, outside of what the page shows, since a given post."""

    type: Literal["news"]
    count: int  # 99 means 99 or more
    newest: int  # id of a post; 0 if the reader may see none of the recent ones
    reader: str  # identifies the reader and the categories they may see: readership.mark


class PersonalChanges(TypedDict):
    """The changes in a member's stream after `since` up to `change`; if `more`, not all of them."""

    type: Literal["changes"]
    member: int
    epoch: str
    since: int
    change: int
    events: list[PersonalUpdate]  # by change number
    more: bool


class PersonalReload(TypedDict):
    """The page can't be brought up to date by events: it reloads its personal parts."""

    type: Literal["reload"]
    member: int
    epoch: str
    change: int


class MemberGone(TypedDict):
    """The page does not belong to this member (any more)."""

    type: Literal["gone"]
    member: int
