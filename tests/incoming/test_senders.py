"""Only members post by mail, from addresses that they have confirmed, and programs never do."""

import pytest

from forum.incoming.verification import is_verified
from forum.mail.reply_addresses import address_for
from forum.signals import bounced
from tests.incoming.letters import answers, arrive, reply_to
from tests.support import world


def test_another_sender_is_told_why(topic, post, ada):
    row = arrive(reply_to(post, ada, **{"from": "Mallory <mallory@example.org>"}))

    (answer,) = answers()
    assert answer.to == ["mallory@example.org"]
    assert "isn't the one of your account" in answer.body
    assert (row.outcome, topic.posts.count()) == ("refused", 1)


def test_nobody_can_have_the_forum_send_their_words_to_others(post, ada, settings):
    settings.RATES = settings.RATES | {"mail_answer": "2/hour"}
    for number in range(4):
        row = arrive(
            reply_to(
                post,
                ada,
                "Buy tea",
                **{"from": f"victim{number}@example.com"},
                subject="Buy",
                message_id=f"<{number}@mail.example.org>",
            )
        )

    assert len(answers()) == 2
    assert all("Buy" not in answer.subject + answer.body for answer in answers())
    assert row.outcome == "ignored"


def test_another_member_can_not_use_the_address(topic, post, ada, grace):
    arrive(reply_to(post, ada, **{"from": grace.email}))

    assert topic.posts.count() == 1


def test_an_address_that_is_not_confirmed_does_not_count(topic, post, ada):
    ada.emailaddress_set.create(email="new@example.org", verified=False)
    arrive(reply_to(post, ada, **{"from": "new@example.org"}))

    assert topic.posts.count() == 1


@pytest.mark.parametrize(
    "sender",
    [
        None,
        "",
        "nobody",
        "ada@example.org, mallory@example.org",
        "mallory@example.org\nFrom: ada@example.org",
        "ada@example.org\nFrom: mallory@example.org",
        '"ada@example.org" <mallory@example.org>',
        "ada@example.org <mallory@example.org>",
        "=?utf-8?q?ada=40example=2Eorg?= <mallory@example.org>",
        "mallory@example.org (ada@example.org)",
        "<mallory@example.org> ada@example.org",
    ],
)
def test_no_header_makes_another_sender_a_member(topic, post, ada, sender):
    arrive(
        reply_to(
            post,
            ada,
            **{"from": sender, "list_post": "<mailto:mallory@example.org>"},
            reply_to=ada.email,
            sender=ada.email,
        )
    )

    assert topic.posts.count() == 1
    assert all("ada@example.org" not in answer.to for answer in answers())


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated; type=vacation"},
        {"precedence": "bulk"},
        {"precedence": "Junk"},
        {"precedence": "list"},
        {"x_autoreply": "yes"},
        {"return_path": "<>"},
        {"return_path": "<MAILER-DAEMON>"},
        {"from": "Mail Delivery Subsystem <MAILER-DAEMON@mail.example.org>"},
        {"content_type": "multipart/report; report-type=delivery-status; boundary=b"},
        {"message_id": "<1.2@forum.example.org>"},
        {"from": "Forum <forum@forum.example.org>"},
    ],
)
def test_programs_are_neither_posted_nor_answered(topic, post, ada, settings, headers):
    settings.SITE_URL = "https://forum.example.org"
    settings.DEFAULT_FROM_EMAIL = "Forum <forum@forum.example.org>"
    row = arrive(reply_to(post, ada, **headers))

    assert (row.outcome, topic.posts.count(), answers()) == ("ignored", 1, [])


def test_a_person_may_say_that_it_is_no_program(topic, post, ada):
    raw = reply_to(post, ada, auto_submitted="no", return_path=f"<{ada.email}>")

    assert arrive(raw).outcome == "posted"


def test_an_answer_that_comes_back_is_not_answered(post, ada):
    arrive(reply_to(post, ada, ""))
    (answer,) = answers()
    again = answer.message().as_bytes()
    row = arrive(again.replace(b"To: ada@example.org", b"To: " + address(post, ada)))

    assert row.outcome == "ignored"
    assert len(answers()) == 1


def address(post, member):
    return address_for(member.pk, post.topic_id, post.pk).encode()


REPORT = """--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; Ada@Example.org
Action: {action}
Status: {status}
--b--
"""


@pytest.mark.parametrize(
    ("action", "status", "told"),
    [
        ("failed", "5.1.1", ["ada@example.org"]),
        ("delayed", "4.4.1", []),
        ("failed", "4.4.1", []),
        ("failed", "5.2.2", []),
        ("failed", "5.7.26", []),
    ],
)
def test_reports_of_failed_mails_are_told(post, ada, action, status, told):
    heard = []

    def hear(member_id, address, **_kwargs):
        heard.append(address)
        assert member_id == ada.pk

    bounced.connect(hear)
    arrive(
        reply_to(
            post,
            ada,
            REPORT.format(action=action, status=status),
            **{"from": "MAILER-DAEMON@mail.example.org"},
            content_type="multipart/report; report-type=delivery-status; boundary=b",
        )
    )
    bounced.disconnect(hear)

    assert heard == told


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("mx.example.org; dmarc=pass header.from=example.org", True),
        ("mx.example.org; dmarc=fail; spf=pass smtp.mailfrom=a@example.org", False),
        ("mx.example.org 1; dkim=pass (2048 bit) header.d=example.org header.s=x", True),
        ("mx.example.org; dkim=pass header.i=@example.org", True),
        ("mx.example.org; dkim=pass header.d=evil.org", False),
        ("mx.example.org; dkim=pass header.d=org", False),
        ("mx.example.org; spf=pass smtp.mailfrom=bounce@example.org", True),
        ("mx.example.org; spf=pass smtp.mailfrom=evil.org", False),
        ('mx.example.org; spf=pass smtp.mailfrom=";dmarc=pass "@evil.org', False),
        ("mx.example.org; spf=pass (;dmarc=pass ) smtp.mailfrom=evil.org", False),
        ("mx.evil.org; dmarc=pass header.from=example.org", False),
        ("mx.example.org; none", False),
        ("", False),
    ],
)  # fmt: skip
def test_only_the_mail_servers_own_results_count(settings, header, verdict):
    settings.MAIL_AUTHSERV_ID = "mx.example.org"

    assert is_verified([header], ["ada@example.org"]) is verdict


def test_nothing_is_verified_without_the_setting():
    header = "mx.example.org; dmarc=pass header.from=example.org"

    assert not is_verified([header], ["ada@example.org"])


def test_unverified_answers_are_refused_once_the_mail_server_verifies(topic, post, ada, settings):
    settings.MAIL_AUTHSERV_ID = "mx.example.org"
    refused = arrive(reply_to(post, ada))
    verified = "mx.example.org; dmarc=pass header.from=example.org"
    posted = arrive(reply_to(post, ada, "Coffee", authentication_results=verified))

    assert "could not verify" in refused.error
    assert posted.outcome == "posted"


def test_a_placeholder_of_an_import_posts_nothing(topic, post):
    ghost = world.member("ghost", is_placeholder=True)
    arrive(reply_to(post, ghost))

    assert topic.posts.count() == 1
