from operator import itemgetter

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models

from forum.db.prepared import Prepared
from forum.usernames.confusables import MAX_LENGTH, skeleton, skeletons
from forum.usernames.rules import folded


class TakenNameQuerySet(models.QuerySet["TakenName"]):
    def confusable_with(self, name):
        """The taken names that `name` could be mistaken for."""
        return self.filter(key__in=skeletons(name))

    def claim(self, user, fields):
        """Reserve the names in `fields` ("username", "name") for a member who was just saved.

        Raises IntegrityError if another member holds one of them. New names are claimed before old
        ones are released, so that two members who swap names can't deadlock.
        """
        wanted = self._wanted(user, fields)
        held = {row.key: row for row in self.filter(user=user)}
        self.bulk_create(
            self.model(key=key, user=user, usernames=wanted[key])
            for key in sorted(wanted.keys() - held.keys())
        )
        for key in sorted(wanted.keys() & held.keys()):
            known = held[key].usernames.split()
            if wanted[key] and wanted[key] not in known:
                self.filter(key=key).update(usernames=" ".join([*known, wanted[key]]))
        if "name" in fields and held:
            self.filter(user=user, usernames="").exclude(
                key__in=wanted.keys() | skeletons(user.username)
            ).delete()

    def _wanted(self, user, fields):
        """{key: the folded username with this key, or "" for a display name}"""
        wanted = dict.fromkeys(skeletons(user.name), "") if "name" in fields and user.name else {}
        return wanted | (
            dict.fromkeys(skeletons(user.username), folded(user.username))
            if "username" in fields
            else {}
        )

    def claim_for_placeholders(self, users):
        """Reserve the names of new members made by an import.

        Their display names need not be unique: archives are full of namesakes.
        """
        usernames = {
            key: (user, folded(user.username)) for user in users for key in skeletons(user.username)
        }
        names = {key: (user, "") for user in users if user.name for key in skeletons(user.name)}
        for wanted, shared in ((usernames, False), (names, True)):
            rows = [
                self.model(key=key, user=user, usernames=name)
                for key, (user, name) in sorted(wanted.items(), key=itemgetter(0))
            ]
            self.bulk_create(rows, ignore_conflicts=shared)

    def claim_for_group(self, group_name):
        """Reserve what a group is mentioned as, and release what it was before.

        Raises IntegrityError if somebody else holds it.
        """
        keys = skeletons(group_name.name)
        held = self.filter(group=group_name.group_id)
        held.exclude(key__in=keys).delete()
        known = set(held.values_list("key", flat=True))
        self.bulk_create(
            self.model(key=key, group_id=group_name.group_id) for key in sorted(keys - known)
        )

    def for_username(self, name):
        """As `for_usernames` for one name, as a list, with the members."""
        return OF_KEY.instances(AnonymousUser(), skeleton(name))

    def for_usernames(self, names):
        """Candidates for members that have, or had, one of these `folded` usernames.

        A key can match another username that looks alike: check with `matching`.
        """
        return self.filter(key__in={skeleton(name) for name in names}, user__isnull=False).exclude(
            usernames=""
        )


def of_key(_reader, key):
    return (
        TakenName.objects.filter(key=key, user__isnull=False)
        .exclude(usernames="")
        .select_related("user")
    )


OF_KEY = Prepared(of_key)


class TakenName(models.Model):
    """A name reserved for one member or group, so that nobody else can take one that looks like it.

    `key` is the `confusables.skeleton` of a username, a former username or a display name.
    Usernames stay reserved for ever, even without their member, because links and mentions use
    them. A display name is released when it is changed; otherwise one member could use up all
    names.
    """

    key = models.CharField(max_length=MAX_LENGTH, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="taken_names"
    )
    group = models.ForeignKey("auth.Group", models.CASCADE, null=True, related_name="taken_names")
    usernames = models.TextField(blank=True)
    """The member's `folded` usernames with this key, separated by spaces; "" for a display name."""

    objects = TakenNameQuerySet.as_manager()

    def __str__(self):
        return self.key

    def matching(self, names):
        """Those of the `folded` names that are usernames of this member, present or former."""
        return [name for name in self.usernames.split() if name in names]
