from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forum.looks import looks, skeleton
from forum.names import MAX_LENGTH, TAKEN, is_reserved, normal, validate_display_name, validate_username

from .access import end_access, new_stamp
from .editions import Edition

MODERATORS = "Moderators"
CREDENTIALS = {"is_active", "password"}  # a change of these ends all sessions and links


class MemberQuerySet(models.QuerySet):
    def update(self, **values):
        if not CREDENTIALS & set(values):
            return super().update(**values)
        with transaction.atomic():
            members = list(self.order_by().values_list("pk", flat=True))
            changed = super().update(**values, security_stamp=new_stamp())
            end_access(members)
        return changed

    update.alters_data = True


class Members(UserManager.from_queryset(MemberQuerySet)):
    @transaction.atomic
    def create_superuser(self, username, email=None, password=None, **fields):
        """Who can do this could as well confirm the address in the database, so it counts as confirmed."""
        if not email:
            raise ValidationError(_("Enter an email address: superusers sign in like everyone else."))
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
        help_text=_("Nobody can see that you're online, which topic you're reading, or that you're writing."),
    )
    announces_updates = models.BooleanField(
        _("screen reader announcements"),
        default=True,
        help_text=_("Screen readers announce new replies and topics, and when the connection is lost or restored."),
    )
    posts_count = models.PositiveIntegerField(_("posts"), default=0, editable=False)
    is_placeholder = models.BooleanField(
        _("placeholder"),
        default=False,
        help_text=_("Made by an import to stand for an author; nobody can sign in."),
    )

    security_stamp = models.CharField(max_length=16, default=new_stamp, editable=False)

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
            raise ValidationError(_("This name is reserved. Please choose another."))
        type(self).objects.refuse_taken(name, self.pk)

    # --- Being signed in ---

    def _get_session_auth_hash(self, secret=None):
        """What each session must hold. Django's own, which knows only the password, outlives a suspension."""
        value = f"{self.password}{self.security_stamp}"
        return salted_hmac("forum.models.users", value, secret=secret, algorithm="sha256").hexdigest()

    @transaction.atomic
    def sign_out_everywhere(self, but=None):
        """Ends all sessions, except the one with the key `but`, and all links that were sent by e-mail."""
        self.security_stamp = new_stamp()
        self.save(update_fields=["security_stamp"])
        end_access([self.pk], but)

    def _ends_access(self, fields):
        if not CREDENTIALS & fields:
            return False
        stored = type(self).objects.filter(pk=self.pk).values(*CREDENTIALS).first()
        is_rehashed = fields == {"password"} and self._password is None and self.has_usable_password()  # at sign-in
        return bool(stored) and not is_rehashed and any(stored[name] != getattr(self, name) for name in stored)

    # --- Saving ---

    @classmethod
    def from_db(cls, db, field_names, values):
        member = super().from_db(db, field_names, values)
        member._remember_stored()
        return member

    def refresh_from_db(self, using=None, fields=None, **kwargs):
        super().refresh_from_db(using, fields, **kwargs)
        self._remember_stored(fields)

    @transaction.atomic
    def save(self, *args, update_fields=None, **kwargs):
        """Without `update_fields` it saves what was changed here: a stale copy never undoes a suspension."""
        self.username = normal(self.username)
        self.username_key = skeleton(self.username)
        self.name_key = skeleton(self.name) if self.name else ""
        if not self._state.adding:
            update_fields = self._changed_fields() if update_fields is None else {*update_fields}
            if {"username", "name"} & update_fields:
                update_fields |= {"username_key", "name_key"}
            if self._is_renamed(update_fields):
                Edition.objects.rise()
            if ends_access := self._ends_access(update_fields):
                self.security_stamp = new_stamp()
                update_fields |= {"security_stamp"}
        adding = self._state.adding
        super().save(*args, update_fields=update_fields, **kwargs)
        if not adding and ends_access:
            end_access([self.pk])
        self._remember_stored(update_fields)

    def _is_renamed(self, fields):
        """Whether posts by this member will show another name than before."""
        names = {name: getattr(self, name) for name in ("username", "name") if name in fields}
        return bool(names) and not type(self).objects.filter(pk=self.pk, **names).exists()

    def _remember_stored(self, fields=None):
        """What the database now holds of these fields, or of all that are loaded."""
        known = {name: value for name, value in self.__dict__.items() if name != "_stored"}
        if fields is not None:
            known = {**self._stored, **{name: known[name] for name in fields if name in known}}
        self._stored = known

    def _changed_fields(self):
        """All that differ from what was loaded."""
        loaded = [field.attname for field in self._meta.concrete_fields if field.attname in self.__dict__]
        return {name for name in loaded if name not in self._stored or self._stored[name] != getattr(self, name)}
