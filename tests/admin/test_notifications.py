"""Owners see which events and emails about them were given up, with the reason, and try again."""

import pytest
from django.urls import reverse

from forum.notifications.models import Delivery, Device, Digest, Event, PushDelivery
from tests.support.addresses import notice_of

MODELS = [Event, Delivery, Digest, PushDelivery]


@pytest.fixture
def given_up(topic, grace):
    """{model: a row that was given up}."""
    Event.objects.all().delete()
    notice = notice_of(grace, topic.posts.get())
    device = Device.objects.add(grace, "https://push.example/secret", session_key="key")
    rows = {
        Event: Event.objects.create(kind="created", topic=topic, post=topic.posts.get()),
        Delivery: Delivery.objects.create(notice=notice, member=grace),
        Digest: Digest.objects.create(member=grace),
        PushDelivery: PushDelivery.objects.create(notice=notice, device=device),
    }
    for row in rows.values():
        row.give_up("It can't be told.")
    return rows


@pytest.mark.parametrize("model", MODELS)
def test_owners_see_the_reason_and_try_again(
    admin, given_up, model, django_capture_on_commit_callbacks
):
    row = given_up[model]
    page = admin.get(address(model, "changelist"), {"state": "given_up"}).text
    assert "It can&#x27;t be told." in page
    assert "Given up" in page
    assert "/secret" not in page
    assert "It can&#x27;t be told." in admin.get(address(model, "change", row.pk)).text

    with django_capture_on_commit_callbacks() as afterwards:
        admin.post(address(model, "do", row.pk, "try-again"))
    row.refresh_from_db()
    assert (row.given_up_at, row.attempts, row.error) == (None, 0, "")
    assert row.due_at
    assert afterwards  # a worker is asked to look at once


@pytest.mark.parametrize("model", MODELS)
def test_staff_who_own_nothing_see_none(staff, signed_in, given_up, model):
    assert signed_in(staff).get(address(model, "changelist")).status_code == 403


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)
