from datetime import timedelta
from typing import ClassVar

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.jobs.outbox import OutboxQuerySet, OutboxRow

MOST_DEVICES = 20  # of one member
MOST_FAILURES = 5  # pushes in succession that its service refused
FORGOTTEN = timedelta(days=60)  # after which a device where nobody is signed in is deleted


class DeviceQuerySet(models.QuerySet["Device"]):
    def live(self):
        """Those with a subscription, in whose browser the member is still signed in."""
        key = OuterRef("session_key")
        sessions = Session.objects.filter(session_key=key, expire_date__gt=timezone.now())
        listed = UserSession.objects.filter(session_key=key, user=OuterRef("member"))
        return self.filter(Exists(sessions), Exists(listed), gone_at=None, member__is_active=True)

    @transaction.atomic
    def add(self, member, endpoint, session_key, **fields):
        """The Device at this endpoint, which belongs to this member alone from now on.

        Earlier ones at this endpoint or in this session go, with what was to be pushed to them.
        Beyond MOST_DEVICES, the ones that were used longest ago make room.
        """
        self.filter(Q(endpoint=endpoint) | Q(member=member, session_key=session_key)).delete()
        device = self.create(member=member, endpoint=endpoint, session_key=session_key, **fields)
        others = self.filter(member=member).order_by("-used_at", "-pk")
        self.filter(pk__in=list(others.values_list("pk", flat=True)[MOST_DEVICES:])).delete()
        return device

    def keep(self, member, endpoint, session_key):
        """Bind a member's device to the session in which its browser shows itself; False if the
        member has no such device.
        """
        mine = self.filter(member=member, endpoint=endpoint, gone_at=None)
        return bool(mine.update(session_key=session_key, used_at=timezone.now()))

    @transaction.atomic
    def renew(self, member, old, endpoint, session_key, **fields):
        """Give a member's device, at the endpoint `old` or in this session, another endpoint; what
        is to be pushed to it goes there. False if the member has no such device.
        """
        mine = self.filter(member=member).select_for_update()
        device = mine.filter(endpoint=old).first() or mine.filter(session_key=session_key).first()
        if device is None:
            return False
        same = Q(endpoint=endpoint) | Q(member=member, session_key=session_key)
        self.filter(same).exclude(pk=device.pk).delete()
        values = fields | {"endpoint": endpoint, "session_key": session_key}
        values |= {"failures": 0, "gone_at": None, "used_at": timezone.now()}
        self.filter(pk=device.pk).update(**values)
        return True


class Device(models.Model):
    """A browser that shows notifications of one member, as long as they are signed in there.

    endpoint: the secret address at its push service; host: of that. p256dh, auth: the browser's
    keys, in base64. failures: pushes in succession that the service refused. gone_at: when the
    service said that the browser has ended its subscription; it may tell of another one.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, db_index=True, editable=False)
    endpoint = models.CharField(max_length=700, unique=True, editable=False)
    host = models.CharField(_("push service"), max_length=255)
    p256dh = models.CharField(max_length=90, editable=False)
    auth = models.CharField(max_length=24, editable=False)
    name = models.CharField(_("device"), max_length=60)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    used_at = models.DateTimeField(_("used"), default=timezone.now)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    gone_at = models.DateTimeField(null=True, editable=False)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")

    def __str__(self):
        return self.name

    def record_success(self):
        self._change(failures=0, used_at=timezone.now())

    def record_failure(self):
        """Forget it after several in succession: it may have been added with another key."""
        self._change(failures=F("failures") + 1)
        type(self).objects.filter(pk=self.pk, failures__gte=MOST_FAILURES).delete()

    def record_gone(self):
        """False if it has had another endpoint meanwhile."""
        same = type(self).objects.filter(pk=self.pk, endpoint=self.endpoint)
        return bool(same.update(gone_at=timezone.now()))

    def _change(self, **fields):
        type(self).objects.filter(pk=self.pk).update(**fields)


class PushDelivery(OutboxRow):
    """A notice that is to be pushed to a device."""

    notice = models.ForeignKey(
        "notifications.Notice", models.CASCADE, related_name="+", verbose_name=_("notice")
    )
    device = models.ForeignKey(Device, models.CASCADE, related_name="+", verbose_name=_("device"))

    objects: ClassVar = OutboxQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("push")
        verbose_name_plural = _("pushes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "device"], name="one_push_per_device")
        ]
        indexes: ClassVar = [
            *OutboxRow.Meta.indexes,
            models.Index(
                fields=["given_up_at"],
                condition=Q(given_up_at__isnull=False),
                name="pushes_given_up",
            ),
        ]

    def __str__(self):
        return f"{self.notice} → {self.device}"
