from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.db.prepared import Prepared
from forum.jobs.outbox import OutboxQuerySet, OutboxRow
from forum.models import Announcement, Attention, Level, MemberLevel, Post, Topic
from forum.models.levels import with_levels_of_members

from .mailing.models import Delivery, Digest
from .mailing.times import zone_names
from .push.models import Device, PushDelivery

__all__ = ["Delivery", "Device", "Digest", "Event", "Notice", "Preferences", "PushDelivery"]

MOST_UNREAD = 100  # more are not counted
FOLLOWING = ("topic", "post", "followed")  # kinds of what a member follows


class Event(OutboxRow):
    """Something that members may have to be told; deleted once they are.

    kind: one of forum.signals.KINDS, "announced", or "recounted". by: who did it, if known.
    told_to: the id of the last member who has been told, or had not to be. They are told in the
    order of their ids, so however often a worker is killed, nobody is left out or told twice.
    """

    kind = models.CharField(_("kind"), max_length=16)
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    data = models.JSONField(default=dict)
    told_to = models.BigIntegerField(default=0)

    # A batch takes a second at most. A worker that was slower finds that another one has the event.
    LEASE = timedelta(seconds=15)
    objects: ClassVar = OutboxQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self):
        return f"{self.kind}, {self.post or self.topic or self.data}"

    def end(self):
        """Delete it; False if another worker has taken it since it was read."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM notifications_event WHERE id = %s AND due_at = %s",
                [self.pk, connection.ops.adapt_datetimefield_value(self.due_at)],
            )
            return cursor.rowcount == 1


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user):
        """The notices on pages of `user` about what they may (still) see."""
        return self.readable_by(user).filter(on_page=True)

    def readable_by(self, user):
        """The same, with those that are not on pages."""
        topics = Topic.objects.visible_to(user).filter(pk=OuterRef("topic"))
        return self.filter(Q(topic=None) | Exists(topics), member=user.pk).shown()

    def shown(self):
        """Without those about hidden posts, and those that say that a post is hidden which is not,
        unless that was seen.
        """
        is_shown = Q(post=None) | ~Q(kind="hidden") & Q(post__hidden_at=None)
        is_hidden = Q(kind="hidden") & (Q(post__hidden_at__isnull=False) | ~Q(seen_at=None))
        return self.filter(is_shown | is_hidden)

    def unseen(self):
        return self.filter(seen_at=None)

    def was_sent(self):
        """Those that were sent by an email of their own, or pushed."""
        mails = Delivery.objects.filter(notice=OuterRef("pk")).exclude(sent_at=None)
        pushes = PushDelivery.objects.filter(notice=OuterRef("pk")).exclude(sent_at=None)
        return self.filter(Q(Exists(mails)) | Q(Exists(pushes)))

    def still_wanted(self):
        """Those of which members want to learn by other ways than pages.

        They have neither muted the topic, or who wrote the post, since they were told, nor ceased
        to follow what they were told of because they followed it. An announcement has not ended.
        """
        paid = MemberLevel.objects.filter(member=OuterRef("member"), other=OuterRef("by"))
        attention = Coalesce(Subquery(paid.values("level")[:1]), Value(int(Attention.NORMAL)))
        rows = with_levels_of_members(self).annotate(attention=attention)
        listed = Preferences.objects.filter(member=OuterRef("member"), mailing_list=True)
        is_following = Q(kind__in=FOLLOWING)
        least = Case(When(is_following, then=int(Level.TRACKING)), default=int(Level.MUTED))
        is_followed = Q(attention=Attention.FOLLOWED) | Q(Exists(listed))
        # In this order, as the level of a row is looked up each time that the condition names it.
        is_told = Q(level__gt=least) | is_following & Q(level__gt=Level.MUTED) & is_followed
        is_of_member = Q(event__startswith="post:") | Q(event__startswith="reaction:")
        is_muted = Q(attention__lte=Attention.MUTED) & is_of_member
        current = list(Announcement.objects.current().values_list("pk", flat=True))
        has_ended = Q(kind="announcement") & ~Q(data__announcement__in=current)
        return rows.filter(is_told, ~is_muted, ~has_ended)

    def about_public(self):
        """Those about what everybody may read."""
        public = Topic.objects.public().filter(pk=OuterRef("topic"))
        return self.filter(Q(topic=None) | Exists(public))


class Notice(models.Model):
    """What one member is told of one event.

    event: what happened, such as post:12; nobody is told of it twice, for whatever reasons.
    merge: notices with the same text here and the same `seen_at` are shown as one. number: the post
    of the topic after which it counts as seen. data: what the kind's text needs.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16)
    event = models.CharField(max_length=60)
    merge = models.CharField(max_length=60)
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+")
    number = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    on_page = models.BooleanField(default=True)  # not if the member wants it by email alone

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "event"], name="one_notice_per_event")
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="notices_of_member"),
            models.Index(
                fields=["member", "topic"], condition=Q(seen_at=None), name="notices_unseen"
            ),
            models.Index(fields=["at"], name="notices_by_time"),
        ]

    def __str__(self):
        return f"{self.kind} for {self.member_id}"


def unread_marks(reader):
    unseen = Notice.objects.visible_to(reader).unseen()
    return unseen.order_by().values_list("merge").distinct()[:MOST_UNREAD]


UNREAD = Prepared(unread_marks)


DIGESTS = [
    ("daily", _("Each morning")),
    ("weekly", _("On Monday mornings")),
    ("off", _("Never")),
]


def validate_zone(name):
    if name not in zone_names():
        raise ValidationError(_("Choose a time zone from the list."))


class Preferences(models.Model):
    """How one member wants to be told; what is not set is as the settings and kinds say."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    # {kind: {way: choice}}, as in ways.py; only what differs from the kind's own.
    ways = models.JSONField(default=dict, editable=False)
    # None as the settings say.
    own_topics = models.PositiveSmallIntegerField(
        _("topics you begin"), choices=Level, null=True, blank=True
    )
    after_reply = models.PositiveSmallIntegerField(
        _("topics you reply to"), choices=Level, null=True, blank=True
    )
    digest = models.CharField(
        _("digest"), max_length=8, choices=DIGESTS, default=DIGESTS[0][0], db_default=DIGESTS[0][0]
    )
    mailing_list = models.BooleanField(
        _("an email for every post"), default=False, db_default=False
    )
    # For what is sent: "" as the settings say.
    language = models.CharField(_("language"), max_length=16, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_zone]
    )
    quiet_from = models.TimeField(_("from"), null=True, blank=True)
    quiet_to = models.TimeField(_("to"), null=True, blank=True)
    paused_until = models.DateField(_("no emails until"), null=True, blank=True)

    objects = models.Manager["Preferences"]()

    class Meta:
        indexes = [
            models.Index(
                fields=["member"], condition=Q(mailing_list=True), name="members_of_mailing_list"
            )
        ]

    def __str__(self):
        return f"preferences of {self.member_id}"
