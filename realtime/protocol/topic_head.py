from typing import NamedTuple


class Head(NamedTuple):
    """What pages on a topic were last told, and the category that it stood in."""

    epoch: str
    change: int
    category: int
