from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forum.looks import looks, skeleton
from forum.names import MAX_LENGTH, TAKEN, is_reserved, normal, validate_display_name, validate_username

from .editions import Edition

MODERATORS = "Moderators"


class Members(UserManager):
    @transaction.atomic
    def create_superuser(self, username, email=None, password=None, **fields):
        """Who can do this could as well confirm the address in the database, so it counts as confirmed."""
        if not email:
            raise ValidationError(_("Give an e-mail address: superusers sign in like everybody else."))
        self.refuse_taken(username)
        user = super().create_superuser(username, email, password, **fields)
        user.emailaddress_set.create(email=user.email.lower(), verified=True, primary=True)
        return user

    def named(self, username):
        """The member whose name reads like this one whatever its case, or User.DoesNotExist."""
        member = self.get(username_key=skeleton(username))
        if member.username.casefold() != normal(username).casefold():
            raise self.model.DoesNotExist
        return member

    def known(self, names):
        """For case-folded names, the ones that exist: {case-folded name: name as its owner writes it}."""
        keys = [skeleton(name) for name in names]
        usernames = self.filter(username_key__in=keys, is_active=True).values_list("username", flat=True)
        return {username.casefold(): username for username in usernames if username.casefold() in names}

    def refuse_taken(self, name, member_id=None):
        """Raises ValidationError when `name` looks like another member's name or display name."""
        keys = looks(name)
        if self.filter(Q(username_key__in=keys) | Q(name_key__in=keys)).exclude(pk=member_id).exists():
            raise ValidationError(TAKEN, code="unique")


class User(AbstractUser):
    """A member. `username` is the name others mention; `name`, if given, is what stands above the posts."""

    first_name = last_name = None
    username = models.CharField(
        _("name"),
        max_length=MAX_LENGTH,
        unique=True,
        validators=[validate_username],
        error_messages={"unique": TAKEN},
    )
    username_key = models.CharField(max_length=120, unique=True, editable=False)
    name = models.CharField(_("display name"), max_length=60, blank=True, validators=[validate_display_name])
    name_key = models.CharField(max_length=240, blank=True, db_index=True, editable=False)
    about = models.TextField(_("about"), max_length=1000, blank=True)
    hides_presence = models.BooleanField(
        _("invisible"),
        default=False,
        help_text=_("Nobody sees that you are here, which topic you read, or that you are writing."),
    )
    posts_count = models.PositiveIntegerField(_("posts"), default=0, editable=False)
    is_placeholder = models.BooleanField(
        _("placeholder"),
        default=False,
        help_text=_("Made by an import to stand for an author; nobody can sign in."),
    )

    objects = Members()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self):
        return self.username

    def get_absolute_url(self):
        return reverse("member", args=[self.username])

    def get_full_name(self):
        return self.name or self.username

    get_short_name = get_full_name

    @property
    def display_name(self):
        return self.name or self.username

    @cached_property
    def is_moderator(self):
        return self.is_active and (self.is_superuser or self.groups.filter(name=MODERATORS).exists())

    def check_password(self, raw_password):
        return not self.is_placeholder and super().check_password(raw_password)

    def validate_unique(self, exclude=None):
        """Names must also not look like another member's, nor like the forum's own."""
        super().validate_unique(exclude)
        errors = {}
        for field in {"username", "name"} - set(exclude or ()):
            try:
                self.check_look(field)
            except ValidationError as error:
                errors[field] = error
        if errors:
            raise ValidationError(errors)

    def check_look(self, field):
        """Raises ValidationError when the name in `field` may be mistaken for somebody else's."""
        name = getattr(self, field)
        kept = not self._state.adding and type(self).objects.filter(pk=self.pk, **{field: name}).exists()
        if not name or kept:
            return
        if is_reserved(name) and not self.is_superuser:
            raise ValidationError(_("This name is kept for those who run the forum. Please choose another."))
        type(self).objects.refuse_taken(name, self.pk)

    @transaction.atomic
    def save(self, *args, update_fields=None, **kwargs):
        self.username = normal(self.username)
        self.username_key = skeleton(self.username)
        self.name_key = skeleton(self.name) if self.name else ""
        if update_fields is None and not self._state.adding:
            update_fields = self._fields_of_its_own()
        elif update_fields is not None and {"username", "name"} & set(update_fields):
            update_fields = {*update_fields, "username_key", "name_key"}
        if not self._state.adding and self._is_renamed(update_fields):
            Edition.objects.rise()
        super().save(*args, update_fields=update_fields, **kwargs)

    def _is_renamed(self, fields):
        """Whether posts by this member will show another name than before."""
        names = {name: getattr(self, name) for name in ("username", "name") if name in fields}
        return bool(names) and not type(self).objects.filter(pk=self.pk, **names).exists()

    def _fields_of_its_own(self):
        """All but the counter, which posts move meanwhile and a stale copy would set back."""
        stored = {field.attname for field in self._meta.concrete_fields if not field.primary_key}
        return stored - {"posts_count"} - self.get_deferred_fields()
