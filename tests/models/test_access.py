"""A suspension, another password and "sign out everywhere" end every session and every link, for
good.
"""

import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from forum.models import User
from tests.support import world

pytestmark = pytest.mark.django_db


def signed_in(member):
    client = Client()
    client.post(reverse("account_login"), {"login": member.username, "password": world.PASSWORD})
    assert is_signed_in(client)
    return client


def is_signed_in(client):
    return client.get(reverse("profile")).status_code == 200


def save(member, value, **options):
    fresh = User.objects.get(pk=member.pk)
    fresh.is_active = value
    fresh.save(**options)


def bulk_update(member, value):
    fresh = User.objects.get(pk=member.pk)
    fresh.is_active = value
    User.objects.bulk_update([fresh], ["is_active"])


def through_group(member, value):
    group = Group.objects.get_or_create(name="Suspects")[0]
    group.user_set.add(member)
    group.user_set.update(is_active=value)


def in_admin(address, **form):
    def do(member, value):
        verb = "activate" if value else "deactivate"
        client = Client()
        owner = User.objects.filter(is_superuser=True).first() or world.owner()
        client.force_login(owner, backend="forum.accounts.backends.MemberBackend")
        args = [member.pk, verb] if "do" in address else []
        assert client.post(
            reverse(address, args=args), {key: call(member, verb) for key, call in form.items()}
        )

    return do


WAYS = {
    "save()": save,
    "save(update_fields)": lambda member, value: save(member, value, update_fields=["is_active"]),
    "update()": lambda member, value: User.objects.filter(pk=member.pk).update(is_active=value),
    "bulk_update()": bulk_update,
    "update() of a group": through_group,
    "a button of the admin": in_admin("admin:forum_user_do"),
    "an action of the admin": in_admin(
        "admin:forum_user_changelist",
        action=lambda member, verb: verb,
        _selected_action=lambda member, verb: member.pk,
    ),
}
every_way = pytest.mark.parametrize("way", WAYS)


def reset_link(member):
    key = f"{user_pk_to_url_str(member)}-{default_token_generator.make_token(member)}"
    return reverse(
        "account_reset_password_from_key",
        kwargs=dict(zip(("uidb36", "key"), key.split("-", 1), strict=True)),
    )


def confirmation_link(member, address="new@example.org", **fields):
    row = EmailAddress.objects.create(user=member, email=address, **fields)
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(row).key])


@every_way
def test_a_suspension_ends_the_sessions_for_good(ada, grace, way):
    hers, of_others = signed_in(ada), signed_in(grace)

    WAYS[way](ada, False)
    assert not is_signed_in(hers)
    WAYS[way](ada, True)

    assert not is_signed_in(hers)
    assert is_signed_in(of_others)
    assert not UserSession.objects.filter(user=ada).exists()
    assert is_signed_in(signed_in(ada))


@every_way
def test_a_session_that_nobody_listed_ends_too(ada, way):
    client = Client()
    client.force_login(ada, backend="forum.accounts.backends.MemberBackend")

    WAYS[way](ada, False)
    WAYS[way](ada, True)

    assert not is_signed_in(client)


@every_way
def test_a_suspension_ends_links_to_reset_the_password(ada, way):
    link = reset_link(ada)
    WAYS[way](ada, False)
    assert "no longer works" in Client().get(link, follow=True).text
    WAYS[way](ada, True)

    assert "no longer works" in Client().get(link, follow=True).text


@every_way
def test_a_suspension_ends_links_to_confirm_an_address(ada, way):
    link = confirmation_link(ada, "thief@example.org")

    WAYS[way](ada, False)
    WAYS[way](ada, True)
    Client().post(link)

    assert list(ada.emailaddress_set.values_list("email", "verified")) == [(ada.email, True)]


def test_who_had_not_confirmed_yet_can_ask_for_another_link(ada, mailoutbox):
    ada.emailaddress_set.all().delete()
    link = confirmation_link(ada, ada.email, primary=True)

    save(ada, False)
    save(ada, True)
    Client().post(link)
    assert not EmailAddress.objects.get().verified
    Client().post(reverse("account_login"), {"login": "ada", "password": world.PASSWORD})
    Client().post(re.search(r"/accounts/confirm-email/\S+", mailoutbox[-1].body)[0])

    assert EmailAddress.objects.get().verified


def test_a_session_made_during_the_suspension_does_not_live_after_it(ada):
    save(ada, False)
    client = Client()
    client.force_login(ada, backend="forum.accounts.backends.MemberBackend")

    save(ada, True)

    assert not is_signed_in(client)


def test_a_stale_copy_does_not_undo_a_suspension(ada):
    stale = User.objects.get(pk=ada.pk)
    save(ada, False)

    stale.about = "Here again."
    stale.save()

    ada.refresh_from_db()
    assert (ada.is_active, ada.about) == (False, "Here again.")


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_a_stale_copy_does_not_bring_a_right_back(olive, right):
    stale = User.objects.get(pk=olive.pk)
    User.objects.filter(pk=olive.pk).update(**{right: False})

    stale.set_password("another one")
    stale.save()

    assert not getattr(User.objects.get(pk=olive.pk), right)


def test_another_password_ends_links_to_confirm_an_address(ada):
    link = confirmation_link(ada, "thief@example.org")

    ada.set_password("another one")
    ada.save()
    Client().post(link)

    assert not EmailAddress.objects.filter(email="thief@example.org").exists()


def test_a_better_hash_at_sign_in_ends_nothing(ada, settings):
    other = signed_in(ada)
    stamp = ada.security_stamp
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    again = signed_in(ada)

    ada.refresh_from_db()
    assert ada.password.startswith("pbkdf2")
    assert ada.security_stamp == stamp
    assert ada.check_password(world.PASSWORD)
    assert is_signed_in(again)
    assert is_signed_in(other)


def test_a_better_hash_does_not_undo_a_change_of_the_password(ada, settings):
    stale = User.objects.get(pk=ada.pk)
    ada.set_password("another one")
    ada.save()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    assert stale.check_password(world.PASSWORD)

    assert User.objects.get(pk=ada.pk).password == ada.password


@pytest.mark.parametrize("how", ["save", "fields", "update", "bulk"])
def test_a_password_that_is_set_as_a_hash_ends_sessions(ada, how):
    client = signed_in(ada)

    ada.password = make_password("another one")
    if how == "save":
        ada.save()
    elif how == "fields":
        ada.save(update_fields=["password"])
    elif how == "update":
        User.objects.filter(pk=ada.pk).update(password=ada.password)
    else:
        User.objects.bulk_update([ada], ["password"])

    assert not is_signed_in(client)


def test_signing_out_everywhere_ends_what_is_not_listed_and_every_link(ada):
    here, elsewhere, unlisted = signed_in(ada), signed_in(ada), Client()
    unlisted.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    UserSession.objects.filter(session_key=unlisted.session.session_key).delete()
    reset, confirmation = reset_link(ada), confirmation_link(ada, "thief@example.org")

    here.post(reverse("usersessions_list"))
    Client().post(confirmation)

    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert not is_signed_in(unlisted)
    assert "no longer works" in Client().get(reset, follow=True).text
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()
    assert UserSession.objects.get(user=ada).session_key == here.session.session_key


def test_ended_sessions_leave_nothing_in_the_database(ada):
    signed_in(ada)

    save(ada, False)

    assert not Session.objects.exists()


def test_somebody_who_became_a_placeholder_is_signed_out(ada):
    client = signed_in(ada)

    User.objects.filter(pk=ada.pk).update(is_placeholder=True)

    assert not is_signed_in(client)


def test_a_demoted_owner_loses_the_admin_at_once(olive):
    client = signed_in(olive)
    assert client.get("/admin/").status_code == 200

    User.objects.filter(pk=olive.pk).update(is_superuser=False, is_staff=False)

    assert client.get("/admin/").status_code != 200


def test_other_changes_end_nothing(ada):
    client = signed_in(ada)

    ada.about = "New."
    ada.save()
    User.objects.filter(pk=ada.pk).update(hides_presence=True)

    assert is_signed_in(client)
