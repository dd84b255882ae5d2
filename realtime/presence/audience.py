"""Who looks, as the pages of one process tell: members by name and once, guests by number, the invisible not at all."""

from typing import NamedTuple

FACES = 6  # that pages show, as many as fit on a narrow one


class Audience(NamedTuple):
    members: dict  # id -> (username, display name), in order of coming
    guests: int

    @classmethod
    def of(cls, pages):
        members, guests = {}, 0
        for page in pages:
            if not page.user_id:
                guests += 1
            elif not page.user.hides_presence:
                members[page.user_id] = (page.user.username, page.user.name)
        return cls(members, guests)

    def joined_by(self, others):
        """With the audiences of other processes; whoever has pages in several is there once."""
        members, guests = self
        for other in others:
            members = members | other.members
            guests += other.guests
        return Audience(members, guests)

    @property
    def shown(self):
        """(how many members, how many guests, [(id, username, display name)] of the faces)."""
        faces = [(pk, *self.members[pk]) for pk, _ in zip(self.members, range(FACES), strict=False)]
        return len(self.members), self.guests, faces
