"""The head of a topic: the state that pages which show it were last sent."""

from typing import NamedTuple


class Head(NamedTuple):
    """The epoch and change number that pages were last sent, and the topic's category id then."""

    epoch: str
    change: int
    category: int
