"""What is sent twice at the same moment about one account succeeds, or is refused in words."""

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.test import Client
from django.urls import reverse

from forum.cache import rate_limits
from forum.models import User
from tests.support import world
from tests.support.concurrency import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough, pytest.mark.store]
ROUNDS = 6
ANSWERED = {200, 302, 429}


def browser(member=None):
    client = Client(raise_request_exception=False)
    if member:
        client.force_login(member, backend="forum.accounts.backends.MemberBackend")
    return client


def all_at_once(*acts):
    """The statuses of what these acts, all at the same moment, are answered with."""
    rate_limits.reset()
    return [answer.status_code for answer in at_once(*acts)]


def confirms(address, member=None):
    client, path = (
        browser(member),
        reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]),
    )
    return lambda: client.post(path)


def address_of(member, email, **fields):
    return EmailAddress.objects.create(user=member, email=email, **fields)


@pytest.mark.parametrize("times", [2, 5])
def test_one_address_confirmed_several_times(db, times):
    for n in range(ROUNDS):
        member = world.member(f"zoe{n}")
        EmailAddress.objects.filter(user=member).delete()
        address = address_of(member, member.email, primary=True)

        assert set(all_at_once(*[confirms(address) for _ in range(times)])) <= ANSWERED
        assert EmailAddress.objects.get(user=member).verified


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_new_address_confirmed_twice_takes_the_place_of_the_old_one(db, signed_in):
    for n in range(ROUNDS):
        member = world.member(f"zoe{n}")
        EmailAddress.objects.filter(user=member).delete()
        address_of(member, member.email, primary=True, verified=True)
        new = address_of(member, f"new{n}@example.org")
        who = member if signed_in else None

        assert set(all_at_once(*[confirms(new, who) for _ in range(3)])) <= ANSWERED
        assert (
            EmailAddress.objects.get(user=member).email
            == new.email
            == User.objects.get(pk=member.pk).email
        )


def test_one_address_confirmed_by_two_who_both_claim_it(db):
    for n in range(ROUNDS):
        members = [world.member(f"{name}{n}") for name in ("yan", "zoe")]
        claims = [address_of(member, f"shared{n}@example.org") for member in members]

        assert set(all_at_once(*[confirms(claim) for claim in claims])) <= ANSWERED
        assert (
            EmailAddress.objects.filter(email=f"shared{n}@example.org", verified=True).count() == 1
        )
        assert [
            EmailAddress.objects.filter(user=member, primary=True).count() for member in members
        ] == [1, 1]


@pytest.mark.parametrize("same", ["everything", "the address", "the name"])
def test_two_sign_ups(db, same):
    def sends(n, who):
        name = f"zoe{n}" if same != "the address" else f"{who}{n}"
        email = f"zoe{n}@example.org" if same != "the name" else f"{who}{n}@example.org"
        client, form = browser(), {"username": name, "email": email, "password1": world.PASSWORD}
        return lambda: client.post(reverse("account_signup"), form)

    for n in range(ROUNDS):
        assert set(all_at_once(sends(n, "amy"), sends(n, "bea"))) <= ANSWERED
        assert User.objects.filter(username__startswith=f"zoe{n}").count() <= 1


def test_one_link_to_a_new_password_used_twice(ada):
    for _ in range(ROUNDS):
        ada.refresh_from_db()
        key = f"{user_pk_to_url_str(ada)}-{default_token_generator.make_token(ada)}"
        clients, acts = [browser(), browser()], []
        for n, client in enumerate(clients):
            path = reverse(
                "account_reset_password_from_key", kwargs={"uidb36": "U", "key": "K"}
            ).replace("U-K", key)
            form = client.get(path).url
            sent = dict.fromkeys(("password1", "password2"), f"{world.PASSWORD} {n}")
            acts.append(lambda client=client, form=form, sent=sent: client.post(form, sent))

        assert set(all_at_once(*acts)) <= ANSWERED


def test_two_changes_of_one_address(ada):
    for n in range(ROUNDS):
        acts = []
        for email in (f"one{n}@example.org", f"one{n}@example.org", f"two{n}@example.org"):
            client = browser(ada)
            session = client.session
            session["account_authentication_methods"] = [{"method": "password", "at": 2**40}]
            session.save()
            sent = {"action_add": "", "email": email}
            acts.append(
                lambda client=client, sent=sent: client.post(reverse("account_email"), sent)
            )

        assert set(all_at_once(*acts)) <= ANSWERED
        assert EmailAddress.objects.filter(user=ada, verified=True).count() <= 1


def test_an_address_confirmed_while_its_member_changes_it(ada):
    for n in range(ROUNDS):
        new = address_of(ada, f"new{n}@example.org")
        client = browser(ada)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": 2**40}]
        session.save()
        sent = {"action_add": "", "email": f"other{n}@example.org"}

        assert (
            set(
                all_at_once(
                    confirms(new), lambda c=client, s=sent: c.post(reverse("account_email"), s)
                )
            )
            <= ANSWERED
        )
        assert EmailAddress.objects.filter(user=ada, primary=True).count() <= 1
