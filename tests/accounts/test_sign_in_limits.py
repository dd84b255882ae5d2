"""Who guesses passwords has to wait, and nobody can make the owner of the account wait for them."""

import re
import time

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

import forum.settings
from forum.cache import rate_limits
from tests.support import world

pytestmark = pytest.mark.django_db

WRONG = "wrong horse battery"
NEW_PASSWORD = "staple of another kind"  # noqa: S105


@pytest.fixture(autouse=True)
def one_window(monkeypatch):
    """The clock stands still, so that no five minutes end between two guesses."""
    began = time.time() // 3600 * 3600
    monkeypatch.setattr(time, "time", lambda: began)


def try_as(login, password=world.PASSWORD, client=None, network="192.0.2.1"):
    """(browser, its answer) after an attempt from this address."""
    client = client or Client()
    answer = client.post(
        reverse("account_login"), {"login": login, "password": password}, REMOTE_ADDR=network
    )
    return client, answer


def is_let_in(answer):
    return answer.status_code == 302


def guess(login, times, networks=("192.0.2.1",)):
    for number in range(times):
        try_as(login, WRONG, network=networks[number % len(networks)])


def test_after_five_wrong_passwords_even_the_right_one_waits(ada):
    guess("ada", 5)

    _browser, answer = try_as("ada")

    assert not is_let_in(answer)
    assert re.search(r"wait \d+ (minutes|seconds?)", answer.text)
    assert "reset your password" in answer.text


def test_strangers_elsewhere_do_not_lock_the_owner_out(ada):
    guess("ada", 20, ["198.51.100.1", "198.51.100.2"])

    assert is_let_in(try_as("ada")[1])


def test_a_stranger_in_the_same_network_does_not_lock_a_known_device_out(ada):
    owner, _answer = try_as("ada")
    owner.post(reverse("account_logout"))
    guess("ada", 20)

    assert not is_let_in(try_as("ada")[1])
    assert is_let_in(try_as("ada", client=owner)[1])


def test_guesses_from_many_networks_are_bounded_and_a_known_device_gets_in(ada, settings):
    settings.RATES = {**settings.RATES, "sign_in_account": "8/hour"}
    owner, _answer = try_as("ada")
    owner.post(reverse("account_logout"))
    guess("ada", 10, [f"198.51.100.{n}" for n in range(10)])

    assert not is_let_in(try_as("ada", network="203.0.113.9")[1])
    assert is_let_in(try_as("ada", client=owner, network="203.0.113.9")[1])


def test_whoever_resets_the_password_by_email_gets_in_on_a_new_device(ada, settings):
    settings.RATES = {**settings.RATES, "sign_in_account": "8/hour"}
    guess("ada", 10, [f"198.51.100.{n}" for n in range(10)])
    owner = Client()
    owner.post(reverse("account_reset_password"), {"email": ada.email})
    link = re.search(r"https?://\S+/key/\S+", mail.outbox[-1].body)[0].removeprefix(
        forum.settings.SITE_URL
    )
    form = owner.get(link, follow=True).request["PATH_INFO"]
    owner.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert is_let_in(try_as("ada", NEW_PASSWORD, client=owner)[1])


def test_a_known_device_has_a_bound_too(ada):
    owner, _answer = try_as("ada")
    owner.post(reverse("account_logout"))
    for _ in range(5):
        try_as("ada", WRONG, client=owner)

    assert not is_let_in(try_as("ada", client=owner)[1])


def test_the_device_of_one_member_is_not_known_for_another(ada, grace):
    graces, _answer = try_as("grace")
    graces.post(reverse("account_logout"))
    for _ in range(5):
        try_as("ada", WRONG, client=graces)

    assert not is_let_in(try_as("ada")[1])


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "\x00", "x" * 5000])
def test_a_made_up_device_is_none(ada, cookie):
    client = Client()
    client.cookies["known_device"] = cookie
    for _ in range(5):
        try_as("ada", WRONG, client=client)

    assert not is_let_in(try_as("ada", client=client)[1])


def test_the_mark_of_a_device_is_for_this_host_alone_and_not_for_scripts(ada):
    owner, _answer = try_as("ada")

    mark = owner.cookies["known_device"]
    assert (mark["path"], mark["domain"]) == ("/", "")  # as __Host- asks for
    assert mark["httponly"]


@pytest.mark.parametrize(
    "twin", ["ADA", "Ada", "ａｄａ", "ada@example.org", "ADA@example.ORG", " ada "]
)
def test_other_ways_to_write_a_name_are_counted_with_it(ada, twin):
    guess(twin, 5)

    assert not is_let_in(try_as("ada")[1])


@pytest.mark.parametrize(
    "twins", [("Nobody", "nobody"), ("STRASSE", "straße"), ("no@example.org", "NO@example.org")]
)
def test_names_that_nobody_has_are_counted_alike(db, twins):
    guess(twins[0], 5)

    assert "Too many failed attempts" in try_as(twins[1], WRONG)[1].text


def test_one_network_is_bounded_over_all_accounts(db, settings):
    settings.RATES = {**settings.RATES, "sign_in_network": "6/hour"}
    for number in range(6):
        try_as(f"name{number}", WRONG, network=f"2001:db8::{number}")

    assert "Too many failed attempts" in try_as("another", WRONG, network="2001:db8::ffff")[1].text
    assert (
        "Too many failed attempts"
        not in try_as("another", WRONG, network="2001:db8:0:1::1")[1].text
    )


def test_signing_in_uses_nothing_up(ada):
    for _ in range(12):
        assert is_let_in(try_as("ada")[1])


def test_a_success_in_between_counts_for_the_own_account_only(ada, grace):
    for _ in range(2):
        guess("ada", 3)
        try_as("grace")

    assert not is_let_in(try_as("ada")[1])


def test_asking_for_the_password_again_is_bounded_alike(ada):
    browser, _answer = try_as("ada")
    address = reverse("account_reauthenticate")
    rate_limits.reset()
    answers = [
        browser.post(address, {"password": WRONG}, REMOTE_ADDR="192.0.2.1") for _ in range(6)
    ]

    assert "Too many failed attempts" in answers[-1].text
    assert "Too many failed attempts" not in answers[0].text
