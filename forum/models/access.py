"""Revokes access: ends sessions, password reset links and confirmation links."""

import secrets

from django.apps import apps
from django.contrib.sessions.models import Session

from forum.signals import access_ended


def new_stamp():
    return secrets.token_hex(8)


def end_access(members, but=None):
    """End the sessions of `members` (ids), and revoke their links that confirm an address.

    The session with the key `but` is kept.

    The caller must save a new `security_stamp` for each of them in the same transaction: it
    invalidates sessions that are not listed, and password reset links.
    """
    listed = (
        apps.get_model("usersessions.UserSession")
        .objects.filter(user__in=members)
        .exclude(session_key=but)
    )
    Session.objects.filter(
        session_key__in=list(listed.values_list("session_key", flat=True))
    ).delete()
    listed.delete()
    _forget_unconfirmed(members)
    access_ended.send(sender=None, members=members)


def _forget_unconfirmed(members):
    """Invalidate confirmation links, which contain the primary key of their EmailAddress row.

    An unconfirmed primary address gets a new row, so that its member can request another link.
    """
    addresses = apps.get_model("account.EmailAddress").objects.filter(
        user__in=members, verified=False
    )
    again = [address for address in addresses if address.primary]
    addresses.delete()
    for address in again:
        address.pk = None
        address.save(force_insert=True)
