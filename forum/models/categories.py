from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forum.text.short_text import validate_short_text
from forum.text.slugs import slug_of, validate_slug

from .editions import Edition


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible_to(self, user):
        """The categories that `user` may read: without reader groups, or with a group of theirs.

        The same must hold for the parent category. Owners may read all.
        """
        if user.is_active and user.is_superuser:
            return self
        return self.filter(_allows("readers", "pk", user), _allows("readers", "parent", user))

    def writable_by(self, user):
        """The categories that `user`, a member, may both read and post in."""
        if not user.is_active or not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.visible_to(user).filter(_allows("posters", "pk", user))

    def within(self, pk):
        """The category with this primary key and its subcategories."""
        return self.filter(Q(pk=pk) | Q(parent=pk))

    def public(self):
        return self.filter(readers=None).exclude(parent__in=Category.objects.exclude(readers=None))

    def private(self):
        return self.exclude(pk__in=Category.objects.public())

    def in_order(self):
        return self.order_by("position", "name")


def _allows(role, field, user):
    """A condition: the category in `field` has no groups in this role, or one that `user` is in."""
    members = getattr(Category, role).through.objects.filter(category=OuterRef(field))
    if not user.is_authenticated:
        return ~Exists(members)
    return ~Exists(members) | Exists(members.filter(group__user=user.pk))


class Category(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True, validators=[validate_short_text])
    slug = models.CharField(
        _("slug"), max_length=70, unique=True, blank=True, validators=[validate_slug]
    )
    description = models.CharField(
        _("description"), max_length=300, blank=True, validators=[validate_short_text]
    )
    color = models.CharField(
        _("colour"),
        max_length=7,
        default="#868e96",
        validators=[
            RegexValidator(
                r"^#[0-9a-fA-F]{6}\Z", _("Enter the colour as # and six hex digits, like #1864ab.")
            )
        ],
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Lower numbers come first.")
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        limit_choices_to=Q(parent=None),
        verbose_name=_("parent category"),
    )
    readers = models.ManyToManyField(
        Group,
        blank=True,
        related_name="readable_categories",
        verbose_name=_("readers"),
        help_text=_("Only these groups can read. Leave empty for everyone."),
    )
    posters = models.ManyToManyField(
        Group,
        blank=True,
        related_name="writable_categories",
        verbose_name=_("writers"),
        help_text=_("Only these groups can post. Leave empty for every member who can read."),
    )

    takes_answers = models.BooleanField(
        _("questions and answers"),
        default=False,
        db_default=False,
        help_text=_("Who has begun a topic, and moderators, can accept a reply as its answer."),
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("category", args=[self.pk, self.slug])

    @property
    def list_name(self):
        """The name of its topic list in pages and socket messages."""
        return f"category:{self.pk}"

    def clean(self):
        if self.parent and self.parent.parent_id:
            raise ValidationError(
                {"parent": _("Categories nest one level deep: choose a top-level category.")}
            )
        if self.parent_id and (self.parent_id == self.pk or (self.pk and self.children.exists())):
            raise ValidationError(
                {"parent": _("This category contains others, so it must stay at the top level.")}
            )

    @transaction.atomic
    def save(self, *args, **kwargs):
        # Always validate: `visible_to` checks the readers of one parent level only.
        self.clean()
        self.slug = self.slug or self._free_slug()
        super().save(*args, **kwargs)

    def _free_slug(self):
        base = slug_of(self.name, 60) or "category"
        taken = set(Category.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        return next(
            slug
            for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
            if slug not in taken
        )


@receiver(pre_delete, sender=Group, dispatch_uid="protect_restricting_group")
def protect_restricting_group(sender, instance, **kwargs):
    """Refuse to delete a group that restricts a category: without groups it is open to everybody.

    Raises ProtectedError.
    """
    guarded = Category.objects.filter(Q(readers=instance) | Q(posters=instance)).distinct()
    protect(guarded, _("First remove this group from the categories it restricts."))


def protect(guarded, message):
    """Raises ProtectedError if there are any."""
    if guarded:
        raise ProtectedError(str(message), set(guarded))


@receiver(m2m_changed, sender=Category.readers.through, dispatch_uid="edition_of_readers")
@receiver(m2m_changed, sender=Category.posters.through, dispatch_uid="edition_of_posters")
@receiver(post_save, sender=Category, dispatch_uid="edition_of_categories")
@receiver(post_delete, sender=Category, dispatch_uid="edition_without_category")
def bump_edition(sender, **kwargs):
    """Every page shows categories, so a change invalidates all cached pages."""
    Edition.objects.bump()
