from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.text.short_text import validate_short_text


class RevisionQuerySet(models.QuerySet["Revision"]):
    def shown(self):
        return self.filter(hidden_at=None)

    def readable_by(self, user):
        """Those whose text `user` may read, as far as they may read the post."""
        return self if user.is_authenticated and user.is_moderator else self.shown()


class Revision(models.Model):
    """A former text of a post, with its editor, time and reason.

    Of a hidden one, text and reason are for moderators only.
    """

    post = models.ForeignKey(
        "forum.Post", models.CASCADE, related_name="revisions", verbose_name=_("post")
    )
    version = models.PositiveIntegerField(_("version"))
    body = models.TextField(_("text"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("editor"),
    )
    written_at = models.DateTimeField(_("written"))

    hidden_at = models.DateTimeField(_("hidden"), null=True, editable=False)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("hidden by"),
    )
    hidden_reason = models.CharField(
        _("reason for hiding"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        editable=False,
        validators=[validate_short_text],
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["post", "version"]
        constraints = [
            models.UniqueConstraint(fields=["post", "version"], name="one_revision_per_version")
        ]

    def __str__(self):
        return _("version %(number)d of %(post)s") % {"number": self.number, "post": self.post}

    @property
    def number(self):
        """Its number in the history, which begins after the grace period."""
        return self.version - self.post.first_version + 1

    @property
    def is_hidden(self):
        return self.hidden_at is not None

    def can_be_read_by(self, user):
        return not self.is_hidden or (user.is_authenticated and user.is_moderator)

    def hide(self, by, reason=""):
        """Hide the text from everybody but moderators; False if it is hidden already."""
        return self._set(self._rows().shown(), timezone.now(), by, reason)

    def restore(self):
        """Undo `hide`; False if it is not hidden."""
        return self._set(self._rows().exclude(hidden_at=None), None, None, "")

    def _rows(self):
        return Revision.objects.filter(pk=self.pk)

    def _set(self, rows, at, by, reason):
        is_changed = bool(rows.update(hidden_at=at, hidden_by=by, hidden_reason=reason))
        self.refresh_from_db(fields=["hidden_at", "hidden_by", "hidden_reason"])
        return is_changed
