from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Revision(models.Model):
    """A former text of a post, with its editor, time and reason."""

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

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["post", "version"]
        constraints = [
            models.UniqueConstraint(fields=["post", "version"], name="one_revision_per_version")
        ]

    def __str__(self):
        return _("version %(version)d of %(post)s") % {"version": self.version, "post": self.post}

    @property
    def number(self):
        """Its number in the history, which begins after the grace period."""
        return self.version - self.post.first_version + 1
