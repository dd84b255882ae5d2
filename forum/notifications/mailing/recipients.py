"""Who gets emails, at which address, in which language and time zone."""

from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone, translation

from forum.mail import bounces
from forum.models import User
from forum.notifications import preferences
from forum.notifications.models import Preferences

from . import times


@dataclass(frozen=True)
class Recipient:
    """A member, with the confirmed address and the preferences of the moment."""

    member: User
    address: str
    preferences: Preferences

    @contextmanager
    def speaking(self):
        """In the recipient's language and time zone."""
        known = dict(settings.LANGUAGES)
        chosen = self.preferences.language
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        with (
            translation.override(language),
            timezone.override(times.zone(self.preferences)),
        ):
            yield


def of(member_ids: Iterable[int]) -> dict[int, Recipient]:
    """Those of these members who may get emails now.

    They are active, have a confirmed address that takes mail, and have not paused emails.
    """
    addresses = dict(
        EmailAddress.objects.filter(
            user__in=member_ids,
            user__is_active=True,
            user__is_placeholder=False,
            primary=True,
            verified=True,
        ).values_list("user", "email")
    )
    stopped = bounces.stopped([address.lower() for address in addresses.values()])
    members = User.objects.in_bulk(list(addresses))
    chosen, now = preferences.of(addresses), timezone.now()
    return {
        pk: Recipient(members[pk], address, chosen[pk])
        for pk, address in addresses.items()
        if address.lower() not in stopped and not times.is_paused(chosen[pk], now)
    }
