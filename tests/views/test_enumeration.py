"""Whether an address or a name is known can't be told from the work that a request costs."""

import re
from collections import Counter

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.mail.models import Mail
from forum.models import User
from tests.support import world

PASSWORD = "a good long password"
PREPARED = 'SELECT FROM "prepared"'  # whose text Django does not know on PostgreSQL


@pytest.fixture(autouse=True)
def outbox(settings):
    settings.EMAIL_BACKEND = "forum.mail.backend.Backend"


@pytest.fixture
def work(client, monkeypatch):
    """A function: what a form costs, as its status, hashes of passwords, queries by kind and table,
    and mails.
    """
    hashes = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda *args: hashes.append(1) or encode(*args)
    )

    def cost(path, user=None, **fields):
        client.cookies.clear()
        if user:
            client.force_login(user, backend="forum.accounts.backends.MemberBackend")
            client.post("/accounts/reauthenticate/", {"password": world.PASSWORD})
        before, mails = len(hashes), Mail.objects.count()
        with CaptureQueriesContext(connection) as asked:
            response = client.post(path, fields)
        texts = [query["sql"] or PREPARED for query in asked]
        kinds = Counter(kind(sql) for sql in texts if "SAVEPOINT" not in sql)
        return response.status_code, len(hashes) - before, Mail.objects.count() - mails, kinds

    return cost


def kind(sql):
    """Such as "SELECT account_emailaddress"."""
    return sql.split()[0] + " " + re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)[1]


def test_signing_up_with_a_known_address_costs_what_a_new_one_does(work, ada):
    known = work("/accounts/signup/", username="eve", email=ada.email, password1=PASSWORD)
    new = work("/accounts/signup/", username="fay", email="fay@example.org", password1=PASSWORD)

    assert known == new
    assert new[:3] == (302, 1, 1)
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "fay"}


def test_so_does_one_that_was_never_confirmed(work, ada):
    User.objects.create_user("idle", "idle@example.org", PASSWORD).emailaddress_set.create(
        email="idle@example.org"
    )
    known = work("/accounts/signup/", username="eve", email="idle@example.org", password1=PASSWORD)
    new = work("/accounts/signup/", username="fay", email="fay@example.org", password1=PASSWORD)

    assert known == new


def test_a_name_is_free_again_after_signing_up_with_a_known_address(work, ada):
    work("/accounts/signup/", username="eve", email=ada.email, password1=PASSWORD)

    assert (
        work("/accounts/signup/", username="eve", email="eve@example.org", password1=PASSWORD)[0]
        == 302
    )
    assert User.objects.get(username="eve").email == "eve@example.org"


@pytest.mark.parametrize(
    "refused", [{"password1": "1234"}, {"username": "ada"}, {"username": "no spaces"}]
)
def test_a_refused_form_costs_the_same_too(work, ada, refused):
    fields = {"username": "eve", "password1": PASSWORD, **refused}
    known = work("/accounts/signup/", **{**fields, "email": ada.email})
    new = work("/accounts/signup/", **{**fields, "email": "fay@example.org"})

    assert known == new
    assert new[:3] == (200, 0, 0)


def test_asking_for_a_new_password_costs_the_same_for_a_known_and_an_unknown_address(work, ada):
    known = work("/accounts/password/reset/", email=ada.email)
    unknown = work("/accounts/password/reset/", email="nobody@example.org")

    assert known == unknown
    assert known[:3] == (302, 0, 1)


def test_so_it_does_for_one_whose_account_is_closed(work, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)

    closed = work("/accounts/password/reset/", email=ada.email)
    assert closed == work("/accounts/password/reset/", email="nobody@example.org")


@pytest.mark.parametrize("known", ["ada", "ada@example.org", "imported", "closed", "unconfirmed"])
def test_a_wrong_password_costs_one_hash_whoever_it_is_tried_on(work, ada, known):
    User.objects.create(username="imported", is_placeholder=True)
    world.member("closed", is_active=False)
    User.objects.create_user("unconfirmed", "u@example.org", PASSWORD).emailaddress_set.create(
        email="u@example.org"
    )
    unknown = "nobody@example.org" if "@" in known else "nobody"

    tried = work("/accounts/login/", login=known, password="wrong")
    assert tried == work("/accounts/login/", login=unknown, password="wrong")
    assert tried[:3] == (200, 1, 0)


def test_changing_to_a_taken_address_costs_what_a_free_one_does(work, ada, grace):
    taken = work("/accounts/email/", user=ada, action_add="", email=grace.email)
    ada.emailaddress_set.filter(verified=False).delete()
    free = work("/accounts/email/", user=ada, action_add="", email="free@example.org")

    assert taken == free
    assert free[2] == 1
