from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum import markdown, signals
from forum.text.short_text import validate_lines

from .editions import Edition
from .users import User


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def announce(self, text, until=None, made_by=None):
        """Show `text` (Markdown) on every page until `until` (a datetime) or until it is ended.

        Raises ValidationError if the text is invalid or `until` is in the past.
        """
        announcement = self.model(text=text, until=until, made_by=made_by)
        announcement.full_clean()
        announcement.save()
        return announcement

    def current(self):
        """The announcements that pages show now, newest first."""
        return self.not_ended().filter(Q(until=None) | Q(until__gt=timezone.now()))

    def not_ended(self):
        """All that were not ended by hand, including expired ones; newest first.

        Unlike `current`, this set changes only when a row does, so it can be cached by edition.
        """
        return self.filter(ended_at=None).order_by("-pk")


class Announcement(models.Model):
    """A message from the owner, shown on every page, including pages that are already open."""

    text = models.CharField(
        _("text"),
        max_length=300,
        validators=[validate_lines],  # before `clean` joins them
        help_text=_("Markdown, in one line; links are welcome."),
    )
    html = models.TextField(editable=False)
    until = models.DateTimeField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("In UTC. Leave empty to show it until you end it."),
    )
    made_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self):
        return self.text

    @property
    def is_current(self):
        return not self.ended_at and (not self.until or self.until > timezone.now())

    def end(self):
        self.ended_at = timezone.now()
        self.save(update_fields=["ended_at"])

    def clean(self):
        self.text = " ".join(self.text.split())  # join lines
        if self.until and self.until <= timezone.now():
            raise ValidationError(
                {"until": _("This time is in the past. Choose a later one, or leave it empty.")}
            )
        try:
            shows_nothing = markdown.is_blank(markdown.render(self.text))
        except markdown.MarkdownError as error:
            raise ValidationError({"text": str(error)}) from error
        if shows_nothing:
            raise ValidationError({"text": _("Please write something.")})

    @transaction.atomic
    def save(self, *args, update_fields=None, **kwargs):
        self.html = markdown.render(self.text)
        if update_fields is not None:
            update_fields = {*update_fields, "html"}
        super().save(*args, update_fields=update_fields, **kwargs)
        Edition.objects.bump()
        signals.announce_announcements()
