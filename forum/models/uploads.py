"""Pictures and files that members upload, and which posts use them.

A file is as visible as the posts that use it. Its name can't be guessed, but knowing it is not
enough: every request asks `visible_to`.
"""

import hashlib
import secrets
from contextlib import suppress
from typing import NamedTuple

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.images import errors
from forum.images.texts import TEXTS
from forum.signals import uploaded

from .users import User

SOURCE, LARGE = "source", "large"
FILE = "file"
REMOVED = "removed"  # a reason, beside those of forum.images
CONTENT_TYPES = {kind: f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "avif")}


def new_name():
    return secrets.token_hex(16)


class QuotaExceeded(Exception):
    """The member has stored as much as members may."""


class Picture(NamedTuple):
    """What Markdown needs of an upload. `widths` has those of its thumbnails; empty for files."""

    width: int
    height: int
    widths: tuple[int, ...]
    is_ready: bool
    refusal: str = ""
    """Why it can't be shown, for its author."""


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user):
        """Those in a post that `user` may read, avatars, and their own that no post shows."""
        from .posts import Post

        uses = PostUpload.objects.filter(upload=OuterRef("pk"), is_shown=True)
        readable = Post.objects.readable_by(user).filter(pk=OuterRef("post"))
        condition = Q(Exists(uses.filter(Exists(readable)))) | Q(Exists(shown_as_avatar()))
        if user.is_authenticated:
            condition |= Q(~Exists(uses), member=user.pk)
        return self.filter(condition)

    def usable_by(self, user, post=None):
        """Those that a text by `user` can show; also those that its `post` has shown before.

        Not all whose names somebody knows: or who has lost a right could still see, through a post
        of their own, what they have seen before.
        """
        allowed = Q(pk__in=self.visible_to(user).values("pk"))
        if post and post.pk:
            allowed |= Q(Exists(PostUpload.objects.filter(upload=OuterRef("pk"), post=post.pk)))
        return self.filter(allowed, is_avatar=False)

    def unused(self):
        wanted = User.objects.filter(wanted_avatar=OuterRef("pk"))
        uses = PostUpload.objects.filter(upload=OuterRef("pk"))
        return self.exclude(Exists(uses) | Exists(wanted) | Exists(shown_as_avatar()))

    def store_avatar(self, member, content, kind, size):
        """Store a picture that is to be shown beside the member's name once it is prepared."""
        with transaction.atomic():
            upload = self.store(member, content, kind, size=size, is_avatar=True)
            User.objects.filter(pk=member.pk).update(wanted_avatar=upload)
            if upload.is_ready:
                upload.show_as_avatar()
        return upload

    def store(self, member, content, kind, filename="", size=(None, None), is_avatar=False):
        """Store a file and return its Upload; the earlier one if the same was uploaded before.

        `size` is the (width, height) of a picture. Raises QuotaExceeded, and OSError if the storage
        fails.
        """
        upload = Upload(
            member=member,
            digest=hashlib.sha256(content).hexdigest(),
            kind=kind,
            filename=filename,
            size=len(content),
            is_avatar=is_avatar,
        )
        upload.width, upload.height = size
        if not upload.is_picture:
            upload.state = Upload.State.READY
        if earlier := self._earlier_or_room_for(upload):
            return earlier
        (variant,) = upload.variants
        upload.keep(variant, content)  # before the lock: a storage may be slow
        try:
            with transaction.atomic():
                User.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
                if not (earlier := self._earlier_or_room_for(upload)):
                    upload.save()
                    if upload.is_picture:
                        uploaded.send(Upload, upload=upload)
        except BaseException:
            upload.discard(variant)
            raise
        if earlier:
            upload.discard(variant)
        return earlier or upload

    def _earlier_or_room_for(self, upload):
        """The same upload, if it was stored before. Raises QuotaExceeded."""
        same = self.filter(
            member=upload.member_id, digest=upload.digest, is_avatar=upload.is_avatar
        )
        if earlier := same.first():
            same.update(created_at=timezone.now())  # kept another day
            return earlier
        if self.used_by(upload.member_id) + upload.size > settings.UPLOAD_QUOTA_BYTES:
            raise QuotaExceeded
        return None

    def used_by(self, member):
        """Bytes that the member has stored."""
        return self.filter(member=member).aggregate(sum=Sum("size"))["sum"] or 0


class Upload(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("being prepared")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")

    name = models.CharField(max_length=32, unique=True, default=new_name, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads", verbose_name=_("member")
    )
    digest = models.CharField(max_length=64, editable=False)  # of what was sent
    kind = models.CharField(_("kind"), max_length=10)
    filename = models.CharField(_("file name"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    thumbnails = models.CharField(max_length=40, blank=True, editable=False)  # widths, with spaces
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    # An avatar is cut to a square, and no text can show it.
    is_avatar = models.BooleanField(_("avatar"), default=False, db_default=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    missing_since = models.DateTimeField(_("file missing since"), null=True, editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "digest", "is_avatar"], name="one_upload_per_content"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="uploads_by_age")]

    def __str__(self):
        return self.filename or self.name

    def get_absolute_url(self):
        return reverse("upload", args=[self.name])

    @property
    def is_picture(self):
        return self.kind in CONTENT_TYPES

    @property
    def is_ready(self):
        return self.state == self.State.READY

    @property
    def widths(self):
        return tuple(map(int, self.thumbnails.split()))

    @property
    def variants(self):
        """The names of what is stored of it."""
        return variants_of(self.kind, self.state, self.thumbnails)

    @property
    def picture(self):
        """For Markdown; None if it is no picture."""
        if self.width is None or self.height is None:
            return None
        return Picture(self.width, self.height, self.widths, self.is_ready, self.refusal)

    @property
    def refusal(self):
        """Why it can't be shown, or ""."""
        if self.state != self.State.REFUSED:
            return ""
        if self.reason == REMOVED:
            return gettext("A moderator has removed it.")
        return str(TEXTS[self.reason])

    # --- Its files ---

    def path(self, variant):
        return path_of(self.name, variant)

    def keep(self, variant, content):
        storage().delete(self.path(variant))  # of an attempt that was killed
        storage().save(self.path(variant), ContentFile(content))

    def discard(self, variant):
        """Delete a file that no row knows. What fails is left to the sweep of such files."""
        with suppress(OSError):
            storage().delete(self.path(variant))

    def open(self, variant):
        return storage().open(self.path(variant))

    # --- Verbs ---

    def become_ready(self, prepared):
        """Store a prepared picture, forum.images.processing.Picture."""
        self.keep(LARGE, prepared.large.content)
        for file in prepared.thumbnails:
            self.keep(str(file.width), file.content)
        files = [prepared.large, *prepared.thumbnails]
        self._become(
            state=self.State.READY,
            kind=prepared.large.kind,
            width=prepared.large.width,
            height=prepared.large.height,
            thumbnails=" ".join(str(file.width) for file in prepared.thumbnails),
            size=sum(len(file.content) for file in files),
        )

    def become_refused(self, reason):
        """`reason` is one of forum.images.errors.REASONS."""
        assert reason in errors.REASONS  # noqa: S101
        self._become(state=self.State.REFUSED, reason=reason)

    def become_removed(self):
        """Shown nowhere any more. Returns the paths of its files, which are to be deleted."""
        with transaction.atomic():
            row = Upload.objects.select_for_update(of=("self",)).get(pk=self.pk)
            paths = [row.path(variant) for variant in row.variants]
            Upload.objects.filter(pk=self.pk).update(state=self.State.REFUSED, reason=REMOVED)
            User.objects.filter(pk=self.member_id, avatar=self.name).update(avatar="")
        self.refresh_from_db()
        return paths

    def show_as_avatar(self):
        """Beside the member's name, unless they have chosen another one since, or none."""
        member = User.objects.filter(pk=self.member_id, wanted_avatar=self.pk)
        member.exclude(avatar=self.name).update(avatar=self.name)

    def _become(self, **fields):
        """Set these fields. Waits for posts that are being saved with it, and they for this."""
        with transaction.atomic():
            row = Upload.objects.select_for_update(of=("self",)).filter(pk=self.pk)
            if row.filter(state=self.State.WAITING).first():
                Upload.objects.filter(pk=self.pk).update(**fields)
        self.refresh_from_db()


class PostUpload(models.Model):
    """A post that shows an upload, or has shown it in a former text."""

    post = models.ForeignKey("forum.Post", models.CASCADE, related_name="uses")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="uses")
    is_shown = models.BooleanField(default=True)

    objects = models.Manager["PostUpload"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "upload"], name="one_use_per_post")]

    def __str__(self):
        return f"{self.post_id}: {self.upload_id}"


def remove_avatar(member):
    User.objects.filter(pk=member.pk).update(avatar="", wanted_avatar=None)


def shown_as_avatar():
    """The members who show the upload of an outer query."""
    return User.objects.filter(avatar=OuterRef("name"), pk=OuterRef("member"))


def record_uses(post, uploads):
    """Note in the transaction of a post which uploads it shows now.

    Returns whether one of them has changed since it was read. A key of the row is locked by what
    refers to it, so it changes either before this or after the post is committed.
    """
    shown = {upload.pk: upload.state for upload in uploads}
    uses = PostUpload.objects.filter(post=post)
    uses.exclude(upload__in=shown).filter(is_shown=True).update(is_shown=False)
    uses.filter(upload__in=shown, is_shown=False).update(is_shown=True)
    PostUpload.objects.bulk_create(
        [PostUpload(post=post, upload_id=pk) for pk in shown], ignore_conflicts=True
    )
    now = dict(Upload.objects.filter(pk__in=shown).values_list("pk", "state"))
    return now != shown


def variants_of(kind, state, thumbnails):
    """The names of the files that an upload with these columns needs."""
    if state == Upload.State.READY:
        return [LARGE, *thumbnails.split()] if kind in CONTENT_TYPES else [FILE]
    return [SOURCE] if state == Upload.State.WAITING else []


def path_of(name, variant):
    """Where a variant of an upload is, in the storage."""
    return f"{name[:2]}/{name}/{variant}"


def storage():
    return storages["uploads"]
