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
from .names import TakenName

MODERATORS = "Moderators"
CREDENTIALS = frozenset({"is_active", "password"})  # a change of these ends all sessions and links
# a change of these renews the parts of pages that show the member
NAMES = frozenset({"username", "name"})


class MemberQuerySet(models.QuerySet):
    def update(self, **values):
        if NAMES & set(values):
            values["name_version"] = F("name_version") + 1
        if not CREDENTIALS & set(values):
            return super().update(**values)
        with transaction.atomic():
            members = list(self.order_by().values_list("pk", flat=True))
            changed = super().update(**values, security_stamp=new_stamp())
            end_access(members)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]  # how Django marks what templates may not call


def name_version_of(field):
    """As part of a query: the `name_version` of the member in this field of each row, 0 where there
    is none.
    """
    return Coalesce(
        Subquery(User.objects.filter(pk=OuterRef(field)).values("name_version")[:1]), Value(0)
    )


class Members(UserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]  # made when this is imported
    @transaction.atomic
    def create_superuser(self, username, email=None, password=None, **fields):
        """Who can do this could as well confirm the address in the database, so it counts as
        confirmed.
        """
        if not email:
            raise ValidationError(
                _("Enter an email address: superusers sign in like everyone else.")
            )
        self.refuse_taken(username)
        try:
            user = super().create_superuser(username, email, password, **fields)
        except IntegrityError as error:  # somebody was quicker
            raise ValidationError(TAKEN, code="unique") from error
        user.emailaddress_set.create(email=user.email.lower(), verified=True, primary=True)
        return user

    def named(self, name):
        """The member who has this username, or had it, in whatever case; raises
        User.DoesNotExist.
        """
        name = folded(name)
        for taken in TakenName.objects.leading([name]).select_related("user"):
            if taken.leads([name]):
                return taken.user
        raise self.model.DoesNotExist

    def known(self, names):
        """For `folded` names the members who have or had them: {name: (id, username as its owner
        writes it)}.
        """
        found = TakenName.objects.leading(names).filter(user__is_active=True).select_related("user")
        return {
            name: (taken.user.pk, taken.user.username)
            for taken in found
            for name in taken.leads(names)
        }

    def with_email(self, email):
        """Whoever confirmed the address, or else all who gave it. The same queries whatever there
        is.
        """
        email = email.lower()
        addresses = list(EmailAddress.objects.filter(email=email).select_related("user"))
        unconfirmed = [*self.filter(email=email), *(address.user for address in addresses)]
        return [address.user for address in addresses if address.verified] or list(set(unconfirmed))

    def refuse_taken(self, name, member_id=None):
        """Raises ValidationError when `name` looks like one that another member has, or had as a
        username.
        """
        taken = TakenName.objects.like(name)
        if member_id is not None:
            taken = taken.exclude(user=member_id)
        if taken.exists():
            raise ValidationError(TAKEN, code="unique")


class User(AbstractUser):
    """A member. `username` is the name others mention; `name`, if given, is what stands above the
    posts.
    """

    first_name = last_name = None  # type: ignore[assignment]  # Django's way to leave out a field of the base
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
    name_version = models.PositiveIntegerField(default=0, editable=False)
    posts_count = models.PositiveIntegerField(_("posts"), default=0, editable=False)
    is_placeholder = models.BooleanField(
        _("placeholder"),
        default=False,
        help_text=_("Made by an import to stand for an author; nobody can sign in."),
    )

    _stored: dict  # what the database holds of the fields that were loaded, by name
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
        """Hashes in any case, so that the time tells nothing."""
        is_right = hashers.check_password(raw_password, self.password, self._hash_better)
        return is_right and not self.is_placeholder

    def _hash_better(self, raw_password):
        """It's the same password, so nobody is signed out."""
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
        """Raises ValidationError when the forum would be left without an active owner.

        In a transaction, so that two owners who deactivate each other at once take turns.
        """
        if self._state.adding or (self.is_active and self.is_superuser):
            return
        owners = type(self).objects.filter(is_active=True, is_superuser=True).order_by("pk")
        if list(owners.select_for_update(no_key=True).values_list("pk", flat=True)) == [self.pk]:
            raise ValidationError(
                _("This is the only active owner. Make somebody else an owner first.")
            )

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
        kept = (
            not self._state.adding
            and type(self).objects.filter(pk=self.pk, **{field: name}).exists()
        )
        if not name or kept:
            return
        if is_reserved(name) and not self.is_superuser:
            raise ValidationError(_("This name is reserved. Please choose another."))
        type(self).objects.refuse_taken(name, self.pk)

    # --- Being signed in ---

    def _get_session_auth_hash(self, secret=None):
        """What each session must hold. Django's own, of the stored hash, outlives a suspension, and
        no better hash.
        """
        return salted_hmac(
            "forum.models.users", self.security_stamp, secret=secret, algorithm="sha256"
        ).hexdigest()

    @transaction.atomic
    def sign_out_everywhere(self, but=None):
        """Ends all sessions, except the one with the key `but`, and all links that were sent by
        e-mail.
        """
        self.security_stamp = new_stamp()
        self.save(update_fields=["security_stamp"])
        end_access([self.pk], but)

    def _ends_access(self, fields):
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
        """Without `update_fields` it saves what was changed here: a stale copy never undoes a
        suspension.

        Raises IntegrityError when one of the names was taken since they were validated.
        """
        self.username = normal(self.username)
        adding, renamed, ends_access = self._state.adding, NAMES, False
        if not adding:
            update_fields = self._changed_fields() if update_fields is None else {*update_fields}
            if renamed := self._renamed(update_fields):
                update_fields |= {"name_version"}
            if ends_access := self._ends_access(update_fields):
                self.security_stamp = new_stamp()
                update_fields |= {"security_stamp"}
        super().save(*args, update_fields=update_fields, **kwargs)
        if renamed:
            self._claim_names(renamed, adding)
        if ends_access:
            end_access([self.pk])
        self._remember_stored(update_fields)

    def _claim_names(self, renamed, adding):
        if adding and self.is_placeholder:
            TakenName.objects.claim_for_placeholders([self])
            return
        TakenName.objects.claim(self, renamed)

    def _renamed(self, fields):
        """The fields with names that will differ from the stored ones. Locks the row, to claim and
        to count them.
        """
        names = NAMES & set(fields)
        if not names:
            return set()
        rows = type(self).objects.select_for_update(no_key=True)
        stored = rows.values(*names, "name_version").get(pk=self.pk)
        renamed = {name for name in names if stored[name] != getattr(self, name)}
        self.name_version = stored["name_version"] + bool(renamed)
        return renamed

    def _remember_stored(self, fields=None):
        """What the database now holds of these fields, or of all that are loaded."""
        known = {name: value for name, value in self.__dict__.items() if name != "_stored"}
        if fields is not None:
            known = {**self._stored, **{name: known[name] for name in fields if name in known}}
        self._stored = known

    def _changed_fields(self):
        """All that differ from what was loaded."""
        loaded = [
            field.attname for field in self._meta.concrete_fields if field.attname in self.__dict__
        ]
        return {
            name
            for name in loaded
            if name not in self._stored or self._stored[name] != getattr(self, name)
        }
