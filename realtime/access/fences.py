"""The fences that one process has raised, and the permissions that it compares with."""

from realtime import database
from realtime.access import permissions
from realtime.models import Revocation


class Fences:
    """The fences of one hub.

    A query that was running while `count` increased is repeated: its result may be outdated.
    """

    def __init__(self):
        self.count = 0
        self.categories = None  # permissions.of_categories when the pages here were admitted
        self.revocation = None  # the highest Revocation whose fence was raised

    async def prepare(self):
        """Loads what is not loaded yet."""
        if self.revocation is None:
            self.revocation = await database.ask(Revocation.objects.current)
        if self.categories is None:
            self.categories = await database.ask(permissions.of_categories)

    def record_raised(self, number=None):
        """To be called for each fence; `number` is that of its Revocation, if it has one."""
        self.count += 1
        if number == (self.revocation or 0) + 1:
            self.revocation = number

    def has_missed(self, revocation):
        """Whether a right was revoked up to this number, and its fence has not been raised here."""
        return revocation > (self.revocation or 0)

    def record_checked(self, number):
        """To be called when the rights of all pages were checked as of this Revocation."""
        self.revocation = max(self.revocation or 0, number)

    def forget_categories(self):
        self.categories = None
