from operator import itemgetter

from django.conf import settings
from django.db import models

from forum.usernames.confusables import MAX_LENGTH, looks, skeleton
from forum.usernames.rules import folded


class TakenNameQuerySet(models.QuerySet["TakenName"]):
    def like(self, name):
        """Those that `name` could be mistaken for."""
        return self.filter(key__in=looks(name))

    def claim(self, user, fields):
        """Takes the names in these fields ("username", "name") of a member who has just been saved.

        Raises IntegrityError when somebody else has one. Claims before it releases, so that two
        members who exchange their names cannot wait for each other.
        """
        wanted = self._wanted(user, fields)
        held = {row.key: row for row in self.filter(user=user)}
        self.bulk_create(
            self.model(key=key, user=user) for key in sorted(wanted.keys() - held.keys())
        )
        for key, username in sorted(wanted.items()):
            known = held[key].usernames.split() if key in held else []
            if username and username not in known:
                self.filter(key=key).update(usernames=" ".join([*known, username]))
        if "name" in fields:
            self.filter(user=user, usernames="").exclude(
                key__in=wanted.keys() | looks(user.username)
            ).delete()

    def _wanted(self, user, fields):
        """{key: the username that leads to it, or ""}"""
        wanted = dict.fromkeys(looks(user.name), "") if "name" in fields and user.name else {}
        return wanted | (
            dict.fromkeys(looks(user.username), folded(user.username))
            if "username" in fields
            else {}
        )

    def claim_for_placeholders(self, users):
        """For new members made by an import. A display name may be another's, too: archives are
        full of namesakes.
        """
        usernames = {
            key: (user, folded(user.username)) for user in users for key in looks(user.username)
        }
        names = {key: (user, "") for user in users if user.name for key in looks(user.name)}
        for wanted, shared in ((usernames, False), (names, True)):
            rows = [
                self.model(key=key, user=user, usernames=name)
                for key, (user, name) in sorted(wanted.items(), key=itemgetter(0))
            ]
            self.bulk_create(rows, ignore_conflicts=shared)

    def leading(self, names):
        """Those of members that have, or had, one of these `folded` usernames; ask `leads`
        which.
        """
        return self.filter(key__in={skeleton(name) for name in names}, user__isnull=False).exclude(
            usernames=""
        )


class TakenName(models.Model):
    """The look of a name that belongs to one member, so that nobody else can take it:
    `confusables.skeleton` of a username, of a former username, or of a display name.

    Usernames stay reserved for ever, also when the member is gone: links and mentions name them. A
    display name leads nowhere, so it is free again once it is changed; otherwise one member could
    use up all names.
    """

    key = models.CharField(max_length=MAX_LENGTH, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="taken_names"
    )
    usernames = models.TextField(blank=True)
    """All usernames with this look that the member had, `folded`, with blanks between; empty for a
    display name.
    """

    objects = TakenNameQuerySet.as_manager()

    def __str__(self):
        return self.key

    def leads(self, names):
        """Those of the `folded` names that lead to the member."""
        return [name for name in self.usernames.split() if name in names]
