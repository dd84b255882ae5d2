"""The address in an email ends such emails without signing in, for whoever presses the button."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from forum.models import Level, TopicLevel
from forum.notifications import preferences
from forum.notifications.kinds import ALL, BY_NAME
from forum.notifications.mailing import unsubscribing
from forum.notifications.models import Preferences

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def guest():
    return Client(enforce_csrf_checks=True)


def path(member, what):
    return urlsplit(unsubscribing.address(member.pk, what)).path


def mail_of(member, kind="mention"):
    return preferences.ways(preferences.of([member.pk])[member.pk], BY_NAME[kind]).mail


def test_a_press_ends_the_emails_of_a_kind(guest, grace):
    address = path(grace, "kind-mention")
    page = guest.get(address)
    assert "Somebody mentions you" in page.content.decode()
    assert "Yes, do that" in page.content.decode()
    assert mail_of(grace) == "single"  # scanners follow links

    assert guest.post(address).status_code == 200
    assert mail_of(grace) == "off"
    assert mail_of(grace, "reply") == "single"


@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded"])
def test_mail_programs_do_it_with_one_click(guest, grace, content_type):
    body = ONE_CLICK if content_type is None else "List-Unsubscribe=One-Click"
    kind = {"content_type": content_type} if content_type else {}
    headers = {"Origin": "https://mail.example.org"}

    assert guest.post(path(grace, "all"), body, headers=headers, **kind).status_code == 200
    assert {mail_of(grace, kind.name) for kind in ALL} == {"off"}


def test_the_address_in_the_header_works(guest, topic, ada, grace, mailed):
    topic.reply(ada, "@grace")
    [message] = mailed(grace)
    address = message.extra_headers["List-Unsubscribe"].strip("<>")
    guest.post(urlsplit(address).path, ONE_CLICK)

    assert mail_of(grace) == "off"


def test_a_topic_is_muted(guest, grace, topic):
    guest.post(path(grace, f"topic-{topic.pk}"))

    assert TopicLevel.objects.get(member=grace).level == Level.MUTED


def test_the_page_says_nothing_that_only_the_member_may_know(guest, grace, topic):
    page = guest.get(path(grace, f"topic-{topic.pk}")).content.decode()

    assert topic.title not in page
    assert "grace" not in page.lower()


def test_members_that_are_gone_look_like_others(guest, grace, topic):
    gone, there = (unsubscribing.Ending(pk, "kind-mention") for pk in (grace.pk + 1000, grace.pk))
    address = unsubscribing.address(gone.member_id, gone.what)
    answers = [guest.post(one).content for one in (urlsplit(address).path, path(grace, there.what))]

    assert answers[0] == answers[1]
    assert not Preferences.objects.filter(pk=gone.member_id).exists()
    assert guest.post(path(grace, "topic-999999")).status_code == 200


@pytest.mark.parametrize("odd", ["x", "1.all", "1.all:x", ":", "%F0%9F%98%80:a", "a" * 5000])
def test_without_the_signature_there_is_no_such_page(guest, db, odd):
    assert guest.get(f"/notifications/unsubscribe/{odd}/").status_code == 404
    assert guest.post(f"/notifications/unsubscribe/{odd}/").status_code == 404


def test_another_signature_of_the_site_is_none(guest, grace):
    from django.core.signing import Signer

    signed = Signer().sign(f"{grace.pk}.all")
    assert guest.post(f"/notifications/unsubscribe/{signed}/").status_code == 404


def test_the_signature_lasts_while_the_key_is_kept(guest, grace, settings):
    address = path(grace, "all")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10

    assert guest.post(address).status_code == 200
    assert mail_of(grace) == "off"
