"""Who looks at a topic, and who writes in it: what presence shows, and what processes tell each
other about it.
"""

from collections.abc import Iterable
from typing import NamedTuple

FACES = 6  # that pages show, as many as fit on a narrow one


class Viewers(NamedTuple):
    """Members who look, each once, and the number of guests. Members who chose to be invisible are
    in neither.
    """

    members: dict[int, tuple[str, str]]  # id -> (username, display name), in order of coming
    guests: int

    def joined_by(self, others: Iterable["Viewers"]) -> "Viewers":
        """With the viewers of other processes; whoever has pages in several is there once."""
        members, guests = self
        for other in others:
            members = members | other.members
            guests += other.guests
        return Viewers(members, guests)

    @property
    def shown(self) -> tuple[int, int, list[tuple[int, str, str]]]:
        """(number of members, number of guests, [(id, username, display name)] of the faces)."""
        faces = [(pk, *self.members[pk]) for pk, _ in zip(self.members, range(FACES), strict=False)]
        return len(self.members), self.guests, faces


class Writing(NamedTuple):
    """Who writes in a topic, and where this shows besides the topic's own page."""

    names: dict[int, str]  # member id -> display name
    lists: tuple[str, ...]  # groups of the lists that the topic stands in, whose readers may see it

    def joined_by(self, other: "Writing") -> "Writing":
        return Writing(self.names | other.names, other.lists)
