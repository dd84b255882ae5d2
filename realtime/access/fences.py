"""What this process knows of who may see what, and how many fences fell since it began."""

from realtime import database
from realtime.access import permissions
from realtime.models import Revocation


class Fences:
    """Of one hub. Whoever was asking while `count` rose asks again: the answer may be one of
    before.
    """

    def __init__(self):
        self.count = 0
        self.categories = None  # as all pages here have asked them; see permissions.of_categories
        self.revocation = None  # up to which number of Revocation pages were fenced

    async def prepare(self):
        """Asks the database for what is not known yet."""
        if self.revocation is None:
            self.revocation = await database.ask(Revocation.objects.current)
        if self.categories is None:
            self.categories = await database.ask(permissions.of_categories)

    def record_raised(self, number=None):
        """One fell, which counts as this Revocation if it has a number."""
        self.count += 1
        if number == (self.revocation or 0) + 1:
            self.revocation = number

    def has_missed(self, revocation):
        """Whether somebody lost a right, and the fence has not come yet."""
        return revocation > (self.revocation or 0)

    def record_checked(self, number):
        """All that was revoked up to this number has been looked for."""
        self.revocation = max(self.revocation or 0, number)

    def forget_categories(self):
        self.categories = None
