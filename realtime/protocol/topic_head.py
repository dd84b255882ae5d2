from typing import NamedTuple


class Head(NamedTuple):
    """What pages on a topic were last sent: its epoch and change number, and the id of its category
    at that time.
    """

    epoch: str
    change: int
    category: int
