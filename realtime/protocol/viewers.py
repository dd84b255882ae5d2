"""The viewers and the writers of a topic, as presence shows them and processes exchange them."""

from collections.abc import Iterable
from typing import NamedTuple

FACES = 6  # shown on a page, as many as fit on a narrow screen


class Viewers(NamedTuple):
    """Members, each once, and the number of guests, without members who hide their presence."""

    # id -> (username, display name, name of the avatar), in order of arrival
    members: dict[int, tuple[str, str, str]]
    guests: int

    def merged_with(self, others: Iterable["Viewers"]) -> "Viewers":
        """The union with the viewers of other processes, each member once."""
        members, guests = self
        for other in others:
            members = members | other.members
            guests += other.guests
        return Viewers(members, guests)

    @property
    def shown(self) -> tuple[int, int, list[tuple[int, str, str, str]]]:
        """(members, guests, [(id, username, display name, avatar)] of the faces)."""
        faces = [(pk, *self.members[pk]) for pk, _ in zip(self.members, range(FACES), strict=False)]
        return len(self.members), self.guests, faces


class Writing(NamedTuple):
    """The members who write in a topic, and the lists that show it."""

    names: dict[int, str]  # member id -> display name
    lists: tuple[str, ...]  # groups of the lists with the topic, whose readers may see it

    def merged_with(self, other: "Writing") -> "Writing":
        return Writing(self.names | other.names, other.lists)

    def without(self, member: int) -> "Writing":
        names = {pk: name for pk, name in self.names.items() if pk != member}
        return Writing(names, self.lists)
