"""Owners see what became of each mail, and try again what was given up; what stands in a mail shows
nowhere.
"""

import pytest
from django.core.mail import send_mail
from django.urls import reverse

from forum.mail.models import Mail

LIST = reverse("admin:mail_mail_changelist")


@pytest.fixture
def mails(settings, db):
    """{state: Mail}: one of each."""
    settings.EMAIL_BACKEND = "forum.mail.backend.Backend"
    written = {
        state: write(f"Mail {state}") for state in ("waiting", "failing", "given_up", "sent")
    }
    written["failing"].lease()
    written["failing"].retry("Greylisted.")
    written["given_up"].give_up("No such mailbox.")
    written["sent"].mark_sent()
    return written


def write(subject):
    send_mail(subject, "A secret link", None, ["ada@example.org"])
    return Mail.objects.latest("pk")


def listed(admin, **filters):
    return {
        mail.subject.removeprefix("Mail ")
        for mail in admin.get(LIST, filters).context["cl"].result_list
    }


def test_mails_are_listed_by_what_became_of_them(admin, mails):
    assert listed(admin) == {"waiting", "failing", "given_up", "sent"}
    assert listed(admin, state="waiting") == {"waiting", "failing"}
    assert listed(admin, state="given_up") == {"given_up"}
    assert listed(admin, state="sent") == {"sent"}


def test_the_list_names_each_state_and_its_reason(admin, mails):
    page = admin.get(LIST).text

    for words in (
        "Waiting",
        "Will be tried again",
        "Greylisted.",
        "Given up",
        "No such mailbox.",
        "Sent",
    ):
        assert words in page
    assert "A secret link" not in page


def test_the_page_of_a_mail_says_nothing_of_its_text(admin, mails):
    assert "A secret link" not in admin.get(page(mails["waiting"])).text


def test_an_owner_tries_again_what_was_given_up(admin, mails, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as afterwards:
        admin.post(page(mails["given_up"], "do", "try-again"))

    again = Mail.objects.get(pk=mails["given_up"].pk)
    assert (again.given_up_at, again.attempts, again.error) == (None, 0, "")
    assert again.due_at
    assert afterwards  # a worker is asked to look at once
    assert "Tried again." in admin.get(page(again, "history")).text


def test_of_many_mails_only_those_that_were_given_up_are_tried_again(admin, mails):
    chosen = [mail.pk for mail in mails.values()]
    answer = admin.post(LIST, {"action": "try-again", "_selected_action": chosen}, follow=True)

    assert "1 changed, 3 unchanged" in answer.text
    mails["sent"].refresh_from_db()
    assert mails["sent"].due_at is None


@pytest.mark.parametrize("address", ["list", "page"])
def test_staff_who_own_nothing_see_no_mails(staff, signed_in, mails, address):
    asked = LIST if address == "list" else page(mails["waiting"])

    assert signed_in(staff).get(asked).status_code == 403


def page(mail, name="change", *args):
    return reverse(f"admin:mail_mail_{name}", args=[mail.pk, *args])


def test_there_is_nothing_to_save(admin, mails):
    page = admin.get(f"/admin/mail/mail/{mails['given_up'].pk}/change/").text

    assert "Try again" in page
    assert 'name="_save"' not in page
    assert 'name="_continue"' not in page
