"""Members begin topics by mail to a category's address."""

import pytest

from forum.incoming.models import CategoryAddress
from forum.models import Topic
from tests.incoming.letters import answers, arrive, to_category
from tests.support import world

VERIFIED = "mx.example.org; dmarc=pass header.from=example.org"


@pytest.fixture
def help_address(db, settings):
    settings.MAIL_AUTHSERV_ID = "mx.example.org"
    return CategoryAddress.objects.create(
        category=world.category("Help"), address="Help@example.org"
    )


def test_a_mail_begins_a_topic(help_address, ada):
    body = "> An old mail\n\nWho knows?\n"
    row = arrive(to_category("HELP@example.org", ada, body, authentication_results=VERIFIED))

    topic = Topic.objects.get()
    assert (topic.title, topic.author, topic.category) == (
        "A question about kettles",
        ada,
        help_address.category,
    )
    assert row.post == topic.posts.get()
    assert "An old mail" in row.post.body


def test_a_sender_whom_nobody_verified_begins_none(help_address, ada):
    row = arrive(to_category("help@example.org", ada))

    assert row.outcome == "refused"
    assert "could not verify" in row.error
    assert len(answers()) == 1
    assert not Topic.objects.exists()


def test_owners_can_leave_that_to_the_mail_server(help_address, ada):
    help_address.takes_unverified = True
    help_address.save()
    arrive(to_category("help@example.org", ada))

    assert Topic.objects.count() == 1


@pytest.mark.parametrize(("results", "answered"), [(VERIFIED, 1), (None, 0)])
def test_strangers_are_answered_only_if_it_was_them(help_address, ada, results, answered):
    raw = to_category(
        "help@example.org", ada, **{"from": "x@example.org"}, authentication_results=results
    )

    arrive(raw)

    assert len(answers()) == answered
    assert not Topic.objects.exists()


def test_who_may_not_write_there_begins_none(help_address, ada):
    help_address.category.posters.add(world.group("Editors"))
    row = arrive(to_category("help@example.org", ada, authentication_results=VERIFIED))

    assert "can't begin topics" in row.error
    assert not Topic.objects.exists()


@pytest.mark.parametrize("subject", ["", "Re: ", None])
def test_a_topic_needs_a_title(help_address, ada, subject):
    row = arrive(
        to_category("help@example.org", ada, subject=subject, authentication_results=VERIFIED)
    )

    assert row.error.startswith("Title:")
    assert len(answers()) == 1
