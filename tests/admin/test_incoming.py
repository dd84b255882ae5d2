"""Owners see what became of mails to the forum, try again, and set addresses for new topics."""

import pytest
from django.urls import reverse

from forum.incoming.models import CategoryAddress, IncomingMail
from tests.importing import mails
from tests.support import world

LIST = reverse("admin:incoming_incomingmail_changelist")


@pytest.fixture
def given_up(db):
    row = IncomingMail.objects.store(mails.mail("A secret address", subject="Kettles"))
    row.give_up("It killed the process that read it.")
    return IncomingMail.objects.get()


def test_owners_see_the_reason_and_not_the_text(admin, given_up):
    for page in (LIST, address("change", given_up)):
        text = admin.get(page).text

        assert "Kettles" in text
        assert "It killed the process" in text
        assert "A secret address" not in text


@pytest.mark.parametrize(("state", "count"), [("given_up", 1), ("waiting", 0), ("posted", 0)])
def test_mails_are_listed_by_what_became_of_them(admin, given_up, state, count):
    assert len(admin.get(LIST, {"state": state}).context["cl"].result_list) == count


def test_an_owner_tries_again(admin, given_up, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as afterwards:
        admin.post(address("do", given_up, "try-again"))

    given_up.refresh_from_db()
    assert (given_up.given_up_at, given_up.attempts) == (None, 0)
    assert given_up.due_at
    assert afterwards  # a worker is asked to look at once


def test_staff_who_own_nothing_see_no_mails(staff, signed_in, given_up):
    assert signed_in(staff).get(LIST).status_code == 403


def address(name, mail, *args):
    return reverse(f"admin:incoming_incomingmail_{name}", args=[mail.pk, *args])


def test_owners_set_and_remove_the_address_of_a_category(admin, fill):
    category = world.category("Help")
    page = reverse("admin:forum_category_change", args=[category.pk])

    admin.post(page, fill(admin, page) | {"mail_address-0-address": "Help@Example.org"})
    made = CategoryAddress.objects.get()
    assert (made.address, made.category) == ("help@example.org", category)

    admin.post(page, fill(admin, page) | {"mail_address-0-address": ""})
    assert CategoryAddress.objects.get().address is None


def test_an_address_for_answers_is_none_for_topics(admin, fill, settings):
    settings.REPLY_ADDRESS = "forum+{}@example.org"
    page = reverse("admin:forum_category_change", args=[world.category("Help").pk])
    taken = f"forum+1-2-3-{'a' * 16}@example.org"
    response = admin.post(page, fill(admin, page) | {"mail_address-0-address": taken})

    assert "This is an address for answers" in response.text
    assert not CategoryAddress.objects.exists()


def test_staff_who_own_nothing_set_no_address(staff, signed_in, fill):
    category = world.category("Help")
    page = reverse("admin:forum_category_change", args=[category.pk])
    browser = signed_in(staff)
    browser.post(page, fill(browser, page) | inline("help@example.org"))

    assert not CategoryAddress.objects.exists()


def inline(address):
    return {
        "mail_address-TOTAL_FORMS": "1",
        "mail_address-INITIAL_FORMS": "0",
        "mail_address-0-address": address,
    }
