"""Revokes access: ends sessions, password reset links and confirmation links."""

import secrets

from django.apps import apps
from django.contrib.sessions.models import Session

from forum.signals import access_ended


def new_stamp():
    return secrets.token_hex(8)


def end_access(members, but=None):
    """Ends the sessions of members (ids), except the one with the key `but`, and their links to
    confirm an address.

    Their new `security_stamp`, saved by the caller in the same transaction, ends what is not found
    here: sessions that nobody listed and links to reset a password.
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
    """A link to confirm an address names its row: without the row it is dead. The only address of a
    member who has not confirmed it yet gets another row, so that a new link can be asked for."""
    addresses = apps.get_model("account.EmailAddress").objects.filter(
        user__in=members, verified=False
    )
    again = [address for address in addresses if address.primary]
    addresses.delete()
    for address in again:
        address.pk = None
        address.save(force_insert=True)
