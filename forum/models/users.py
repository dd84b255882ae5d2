from typing import ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forum.text.short_text import validate_label, validate_lines
from forum.usernames.rules import MAX_LENGTH, TAKEN, folded, is_reserved, normal, validate_username

from .access import end_access, new_stamp
from .epochs import new_epoch
from .names import TakenName

MODERATORS = "Moderators"
# Changing one of these revokes all sessions and links.
CREDENTIALS = frozenset({"is_active", "password"})
# Changing one of these invalidates cached fragments that show the member.
SHOWN = frozenset({"username", "name", "avatar"})
NAMES = SHOWN - {"avatar"}


class MemberQuerySet(models.QuerySet):
    def update(self, **values):
        if SHOWN & set(values):
            values["name_version"] = F("name_version") + 1
        if not CREDENTIALS & set(values):
            return super().update(**values)
        with transaction.atomic():
            members = list(self.order_by().values_list("pk", flat=True))
            changed = super().update(**values, security_stamp=new_stamp())
            end_access(members)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]  # not callable from templates


def name_version_of(field):
    """A query expression: the `name_version` of the member in `field`, 0 if there is none."""
    return Coalesce(
        Subquery(User.objects.filter(pk=OuterRef(field)).values("name_version")[:1]), Value(0)
    )


class Members(UserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]  # made when this is imported
    @transaction.atomic
    def create_superuser(self, username, email=None, password=None, **fields):
        """Create an owner whose address counts as confirmed: they have database access anyway.

        Raises ValidationError without an address, or if the name is taken.
        """
        if not email:
            raise ValidationError(
                _("Enter an email address: superusers sign in like everyone else.")
            )
        self.refuse_taken(username)
        try:
            user = super().create_superuser(username, email, password, **fields)
        except IntegrityError as error:  # taken since it was checked
            raise ValidationError(TAKEN, code="unique") from error
        user.emailaddress_set.create(email=user.email.lower(), verified=True, primary=True)
        return user

    def named(self, name):
        """The member with this present or former username, in any case.

        Raises User.DoesNotExist.
        """
        name = folded(name)
        for taken in TakenName.objects.for_username(name):
            if taken.matching([name]):
                return taken.user
        raise self.model.DoesNotExist

    def by_username(self, names):
        """Active members by present or former `folded` username: {name: (id, username)}."""
        found = (
            TakenName.objects.for_usernames(names)
            .filter(user__is_active=True)
            .select_related("user")
        )
        return {
            name: (taken.user.pk, taken.user.username)
            for taken in found
            for name in taken.matching(names)
        }

    def with_email(self, email):
        """The member who confirmed this address, or else all who entered it, as a list.

        Always makes the same queries, so that timing doesn't reveal whether an account exists.
        """
        email = email.lower()
        addresses = list(EmailAddress.objects.filter(email=email).select_related("user"))
        unconfirmed = [*self.filter(email=email), *(address.user for address in addresses)]
        return [address.user for address in addresses if address.verified] or list(set(unconfirmed))

    def refuse_taken(self, name, member_id=None):
        """Raise ValidationError if `name` is confusable with another member's name.

        That includes former usernames. `member_id` may keep names of their own.
        """
        taken = TakenName.objects.confusable_with(name)
        if member_id is not None:
            taken = taken.exclude(user=member_id)
        if taken.exists():
            raise ValidationError(TAKEN, code="unique")


class User(AbstractUser):
    """A member. `username` is the name others mention; `name`, if set, is shown on their posts."""

    first_name = last_name = None  # type: ignore[assignment]  # removes fields of the base class
    username = models.CharField(
        _("username"),
        max_length=MAX_LENGTH,
        unique=True,
        validators=[validate_username],
        error_messages={"unique": TAKEN},
    )
    name = models.CharField(
        _("display name"), max_length=60, blank=True, validators=[validate_label]
    )
    about = models.TextField(_("about"), max_length=1000, blank=True, validators=[validate_lines])
    hides_presence = models.BooleanField(
        _("invisible"),
        default=False,
        help_text=_(
            "Nobody can see that you're online, which topic you're reading, or that you're writing."
        ),
    )
    announces_updates = models.BooleanField(
        _("screen reader announcements"),
        default=True,
        help_text=_(
            "Screen readers announce new replies and topics, and when the connection is lost or"
            " restored."
        ),
    )
    reviews_replies = models.BooleanField(
        _("review before posting"),
        default=True,
        db_default=True,
        help_text=_(
            "If others reply while you're writing, their replies are announced beside your text, or"
            " shown before it is posted."
        ),
    )
    # The name of the upload that is shown beside the member's name; empty for initials.
    avatar = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    # The one that they have chosen last, which may be waiting or refused.
    wanted_avatar = models.ForeignKey(
        "forum.Upload", models.SET_NULL, null=True, related_name="+", editable=False
    )
    # Rises when the member ignores others, or ends it; part of their stylesheet's address.
    ignores_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    name_version = models.PositiveIntegerField(default=0, editable=False)
    personal_epoch = models.CharField(max_length=16, default=new_epoch, editable=False)
    personal_change = models.PositiveBigIntegerField(default=0, editable=False)
    posts_count = models.PositiveIntegerField(_("posts"), default=0, editable=False)
    is_placeholder = models.BooleanField(
        _("placeholder"),
        default=False,
        help_text=_("Made by an import to stand for an author; nobody can sign in."),
    )

    _stored: dict  # loaded fields by name, with their values in the database
    security_stamp = models.CharField(max_length=16, default=new_stamp, editable=False)

    objects: ClassVar[Members] = Members()

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
        return self.is_active and (
            self.is_superuser or self.groups.filter(name=MODERATORS).exists()
        )

    def check_password(self, raw_password):
        """Always hash, so that timing doesn't reveal placeholders."""
        is_right = hashers.check_password(raw_password, self.password, self._upgrade_hash)
        return is_right and not self.is_placeholder

    def _upgrade_hash(self, raw_password):
        """Store a stronger hash without ending sessions: the password is the same."""
        stored, self.password = self.password, hashers.make_password(raw_password)
        models.QuerySet(type(self)).filter(pk=self.pk, password=stored).update(
            password=self.password
        )
        self._remember_stored({"password"})

    def clean(self):
        super().clean()
        self.keep_an_owner()

    @transaction.atomic
    def keep_an_owner(self):
        """Raise ValidationError if saving would leave the forum without an active owner.

        Locks the owners, so that two who deactivate each other at once can't both succeed.
        """
        if self._state.adding or (self.is_active and self.is_superuser):
            return
        owners = type(self).objects.filter(is_active=True, is_superuser=True).order_by("pk")
        if list(owners.select_for_update(no_key=True).values_list("pk", flat=True)) == [self.pk]:
            raise ValidationError(
                _("This is the only active owner. Make somebody else an owner first.")
            )

    def validate_unique(self, exclude=None):
        """Also refuse names that look like another member's or like a reserved one."""
        super().validate_unique(exclude)
        errors = {}
        for field in {"username", "name"} - set(exclude or ()):
            try:
                self.check_confusable(field)
            except ValidationError as error:
                errors[field] = error
        if errors:
            raise ValidationError(errors)

    def check_confusable(self, field):
        """Raise ValidationError if the name in `field` is reserved or confusable with another."""
        name = getattr(self, field)
        is_unchanged = (
            not self._state.adding
            and type(self).objects.filter(pk=self.pk, **{field: name}).exists()
        )
        if not name or is_unchanged:
            return
        if is_reserved(name) and not self.is_superuser:
            raise ValidationError(_("This name is reserved. Please choose another."))
        type(self).objects.refuse_taken(name, self.pk)

    # --- Being signed in ---

    def _get_session_auth_hash(self, secret=None):
        """The value each session must hold, derived from the security stamp.

        Django derives it from the password hash, which survives a suspension but not an upgrade of
        the hash.
        """
        return salted_hmac(
            "forum.models.users", self.security_stamp, secret=secret, algorithm="sha256"
        ).hexdigest()

    @transaction.atomic
    def sign_out_everywhere(self, but=None):
        """End all sessions, except the one with the key `but`, and revoke all emailed links."""
        self.security_stamp = new_stamp()
        self.save(update_fields=["security_stamp"])
        end_access([self.pk], but)

    def _changes_credentials(self, fields):
        if not CREDENTIALS & fields:
            return False
        stored = type(self).objects.filter(pk=self.pk).values(*CREDENTIALS).first()
        return bool(stored) and any(stored[name] != getattr(self, name) for name in stored)

    # --- Saving ---

    @classmethod
    def from_db(cls, db, field_names, values, **kwargs):
        member = super().from_db(db, field_names, values, **kwargs)
        member._remember_stored()
        return member

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        super().refresh_from_db(using, fields, from_queryset)
        self._remember_stored(fields)

    @transaction.atomic
    def save(self, *args, update_fields=None, **kwargs):
        """Without `update_fields`, save only what differs from what was loaded.

        So a stale instance never undoes a suspension. Raises IntegrityError if a name was taken
        since it was validated.
        """
        self.username = normal(self.username)
        adding, renamed, ends_access = self._state.adding, NAMES, False
        if not adding:
            update_fields = self._changed_fields() if update_fields is None else {*update_fields}
            if renamed := self._renamed(update_fields):
                update_fields |= {"name_version"}
            if ends_access := self._changes_credentials(update_fields):
                self.security_stamp = new_stamp()
                update_fields |= {"security_stamp"}
        super().save(*args, update_fields=update_fields, **kwargs)
        if renamed & NAMES:
            self._claim_names(renamed & NAMES, adding)
        if ends_access:
            end_access([self.pk])
        self._remember_stored(update_fields)

    def _claim_names(self, renamed, adding):
        if adding and self.is_placeholder:
            TakenName.objects.claim_for_placeholders([self])
            return
        TakenName.objects.claim(self, renamed)

    def _renamed(self, fields):
        """Those of SHOWN in `fields` that differ from the stored row, which this locks.

        Increments `name_version` if there are any.
        """
        names = SHOWN & set(fields)
        if not names:
            return set()
        rows = type(self).objects.select_for_update(no_key=True)
        stored = rows.values(*names, "name_version").get(pk=self.pk)
        renamed = {name for name in names if stored[name] != getattr(self, name)}
        self.name_version = stored["name_version"] + bool(renamed)
        return renamed

    def _remember_stored(self, fields=None):
        """Note the present values of `fields`, or of all loaded ones, as those in the database."""
        known = {name: value for name, value in self.__dict__.items() if name != "_stored"}
        if fields is not None:
            known = {**self._stored, **{name: known[name] for name in fields if name in known}}
        self._stored = known

    def _changed_fields(self):
        """The fields that differ from what was loaded."""
        loaded = [
            field.attname for field in self._meta.concrete_fields if field.attname in self.__dict__
        ]
        return {
            name
            for name in loaded
            if name not in self._stored or self._stored[name] != getattr(self, name)
        }
