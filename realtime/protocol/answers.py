"""The answers to `watch` and to the feed over HTTP, ready to be encoded. Catch-up makes them, pages
read them.

docs/realtime.md, "What the server answers", says what a page does with each. Over a shared socket
an answer also has `for`, the page that asked (connection.py).
"""

from typing import Literal, NotRequired, TypedDict

from realtime.protocol.events import PostUpdate


class Changes(TypedDict):
    """All that came in a topic after change `since` up to `change`; with `more` the page asks again
    from there.
    """

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
    """The numbers of the page can't be continued: it loads the posts anew, which are at least of
    this change.
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
    """How the first page of a list differs from what the page shows."""

    type: Literal["rows"]
    list: str
    rows: list[PostUpdate]  # those that differ
    gone: list[int]  # ids of those that are not in the list any more
    top: list[int]  # ids of the first page, in order


class News(TypedDict):
    """Posts by others since the one that the page named."""

    type: Literal["news"]
    count: int  # 99 means 99 or more
    newest: int  # id of a post; 0 if the reader may see none of the recent ones
    reader: str  # who the reader is and which categories they may see, as readership.mark makes it
