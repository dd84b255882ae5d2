from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from forum.usernames.rules import MAX_LENGTH, TAKEN, folded, normal, validate_username

from .names import TakenName
from .users import User


class GroupNameQuerySet(models.QuerySet["GroupName"]):
    def by_name(self, names):
        """Groups by `folded` name, as the renderer wants them: {name: (id, name, True)}."""
        found = self.filter(folded__in=names)
        return {one.folded: (one.group_id, one.name, True) for one in found}

    def mentioned_by(self, groups, *writers):
        """Ids of those of these groups (ids) that all who wrote a text may mention."""
        found = self.mentionable_by(*writers).filter(group__in=groups)
        return list(found.values_list("group", flat=True))

    def mentionable_by(self, *writers):
        allowed = [GroupName.By.MEMBERS]
        if all(writer.is_moderator for writer in writers):
            allowed.append(GroupName.By.MODERATORS)
        return self.filter(by__in=allowed)


class GroupName(models.Model):
    """What a group is mentioned as. Members can't take a name that looks like it."""

    class By(models.TextChoices):
        NOBODY = "nobody", _("nobody")
        MODERATORS = "moderators", _("moderators")
        MEMBERS = "members", _("all members")

    group = models.OneToOneField(
        Group, models.CASCADE, primary_key=True, related_name="mention", verbose_name=_("group")
    )
    name = models.CharField(
        _("mentioned as"),
        max_length=MAX_LENGTH,
        validators=[validate_username],
        help_text=_("For example “gardeners”: who writes @gardeners tells all members of it."),
    )
    folded = models.CharField(max_length=4 * MAX_LENGTH, unique=True, editable=False)
    by = models.CharField(
        _("may be mentioned by"), max_length=10, choices=By, default=By.MODERATORS
    )

    objects = GroupNameQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mention")

    def __str__(self):
        return f"@{self.name}"

    def clean(self):
        """Raise ValidationError if the name looks like that of a member or another group."""
        taken = TakenName.objects.confusable_with(self.name)
        if taken.exclude(group__isnull=False, group=self.group_id).exists():
            raise ValidationError({"name": TAKEN})

    @transaction.atomic
    def save(self, *args, **kwargs):
        """Raises IntegrityError if the name was taken since it was validated."""
        self.name = normal(self.name)
        self.folded = folded(self.name)
        super().save(*args, **kwargs)
        TakenName.objects.claim_for_group(self)


def mentionable(names):
    """Members and groups by `folded` name, for markdown.render."""
    return GroupName.objects.by_name(names) | User.objects.by_username(names)
