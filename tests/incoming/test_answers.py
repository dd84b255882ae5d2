"""Members answer posts by mail, under the rules of the site; what is refused comes back."""

import base64

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from forum.forms.posts import BodyField
from forum.incoming import processing
from forum.incoming.models import IncomingMail
from forum.mail.models import Mail, ReplyKey
from forum.markdown import MAX_LENGTH
from forum.models import Post, Upload
from tests.images import pictures
from tests.importing import mails
from tests.incoming.letters import answers, arrive, reply_to
from tests.support import world


def test_an_answer_becomes_a_reply_to_the_post(topic, post, ada):
    row = arrive(reply_to(post, ada, "Tea, of course.\n\n-- \nAda\n"))

    reply = topic.posts.get(number=2)
    assert (reply.author, reply.body, reply.reply_to) == (ada, "Tea, of course.", post)
    assert (row.outcome, row.post, row.due_at, row.sealed) == ("posted", reply, None, "")
    assert not Mail.objects.exists()


@pytest.mark.parametrize("header", ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_address_may_be_in_any_header_of_recipients(header, post, ada):
    name = header.replace("-", "_").lower()
    to = {"to": "Everybody <all@example.org>"}
    raw = reply_to(post, ada)
    address = next(line for line in raw.decode().splitlines() if line.startswith("To:"))[4:]

    row = arrive(reply_to(post, ada, **to | {name: address.upper()}))

    assert row.outcome == "posted"


def test_the_senders_address_is_compared_without_case(post, ada):
    assert arrive(reply_to(post, ada, **{"from": "ADA@Example.org"})).outcome == "posted"


def encoded(content):
    return base64.encodebytes(content).decode()


def with_attachments(post, author, *attached, text="See these."):
    """A mail with these (type and name, content)."""
    headers, body = mails.multipart(
        ("text/plain", text),
        *(
            (f"{kind}\nContent-Transfer-Encoding: base64", encoded(content))
            for kind, content in attached
        ),
    )
    return reply_to(post, author, body, **headers)


PHOTO = "image/jpeg; name=cat.jpg", pictures.jpeg()
PLAN = "application/pdf; name=plan.pdf", b"%PDF-1.7"


def test_what_was_attached_is_uploaded_and_shown(topic, post, ada):
    row = arrive(with_attachments(post, ada, PHOTO, PLAN))

    reply = topic.posts.get(number=2)
    photo, plan = (Upload.objects.get(kind=kind) for kind in ("jpeg", "file"))
    assert reply.body == (
        f"See these.\n\n![cat.jpg]({photo.get_absolute_url()})"
        f"\n\n[plan.pdf]({plan.get_absolute_url()})"
    )
    assert row.left_out == 0
    assert set(reply.uses.values_list("upload", flat=True)) == {photo.pk, plan.pk}
    assert photo.member == ada


def test_a_picture_needs_no_text(topic, post, ada):
    arrive(with_attachments(post, ada, PHOTO, text=""))

    photo = Upload.objects.get()
    assert topic.posts.get(number=2).body == f"![cat.jpg]({photo.get_absolute_url()})"


def test_what_may_not_be_uploaded_is_counted_and_said(topic, post, ada, settings):
    settings.UPLOAD_MAX_BYTES = 5000
    row = arrive(
        with_attachments(
            post,
            ada,
            PLAN,
            ("image/svg+xml; name=me.svg", b"<svg/>"),
            ("application/pdf; name=long.pdf", b"%PDF" + bytes(9000)),
        )
    )

    assert [upload.filename for upload in Upload.objects.all()] == ["plan.pdf"]
    assert "*2 attachments of the mail were left out.*" in topic.posts.get(number=2).body
    assert row.left_out == 2


def test_their_rate_is_limited_like_that_of_uploads(topic, post, ada, settings):
    settings.RATES = {**settings.RATES, "upload": "1/hour"}

    arrive(with_attachments(post, ada, PHOTO, PLAN))

    assert Upload.objects.count() == 1
    assert "*1 attachment of the mail was left out.*" in topic.posts.get(number=2).body


def test_nothing_is_uploaded_for_who_may_not_read_the_topic(topic, post, ada):
    raw = with_attachments(post, ada, PHOTO)
    topic.move(world.lounge())

    assert arrive(raw).outcome == "refused"
    assert not Upload.objects.exists()


def test_while_the_storage_fails_the_mail_waits_and_is_posted_once(topic, post, ada, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Upload, "keep", fail)
        row = arrive(with_attachments(post, ada, PHOTO))
    assert "at the moment" in row.error
    assert topic.posts.count() == 1

    IncomingMail.objects.update(due_at=timezone.now())
    with processing.reading.Reader() as reader:
        processing.process_one(IncomingMail.objects.take(), reader)

    assert topic.posts.count() == 2
    assert IncomingMail.objects.get().outcome == "posted"


def test_a_post_that_was_hidden_meanwhile_is_not_answered_but_the_topic_is(topic, post, ada, olive):
    raw = reply_to(post, ada)
    post.hide(olive)
    arrive(raw)

    assert topic.posts.get(number=2).reply_to is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda topic: topic.close(), "closed to new replies"),
        (lambda topic: topic.move(world.lounge()), "can't read it any more"),
        (
            lambda topic: topic.move(world.category("News", posters=["Editors"])),
            "but not post in it",
        ),
    ],
)
def test_who_may_not_write_gets_the_reason_and_the_text(topic, post, ada, change, words):
    raw = reply_to(post, ada, "Tea * of course.\n")
    change(topic)
    row = arrive(raw)

    (answer,) = answers()
    assert row.outcome == "refused"
    assert words in row.error
    assert words in answer.body
    assert "> Tea * of course." in answer.body
    assert answer.to == ["ada@example.org"]
    assert answer.subject == "Not posted: Re: Tea or coffee?"
    assert answer.extra_headers["Auto-Submitted"] == "auto-replied"
    assert answer.extra_headers["In-Reply-To"] == "<answer-1@mail.example.org>"
    assert topic.posts.count() == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "no text"),
        ("-- \nAda\n", "no text"),
        ("Sent from my iPhone\n", "no text"),
        ("On Mon, 1 Apr 2019 at 10:00, Forum <f@example.org> wrote:\n> I wonder.\n", "no text"),
        ("word " * (MAX_LENGTH // 5 + 1), "at most"),
    ],
)
def test_what_can_not_be_posted_comes_back(topic, post, ada, body, words):
    row = arrive(reply_to(post, ada, body))

    assert words in row.error
    assert len(answers()) == 1
    assert topic.posts.count() == 1


def test_a_text_that_markdown_refuses_comes_back(topic, post, ada, monkeypatch):
    def refuse(self, value):
        raise ValidationError("No.")

    monkeypatch.setattr(BodyField, "clean", refuse)
    arrive(reply_to(post, ada))

    (answer,) = answers()
    assert "No." in answer.body


def test_too_many_answers_are_refused_by_the_rate_of_posts(topic, post, ada, settings):
    settings.RATES = settings.RATES | {"post": "1/day"}
    arrive(reply_to(post, ada))
    row = arrive(reply_to(post, ada, "Again", message_id="<answer-2@mail.example.org>"))

    assert "too often" in row.error
    assert topic.posts.count() == 2


def test_a_suspended_member_posts_nothing(topic, post, ada):
    raw = reply_to(post, ada)
    ada.is_active = False
    ada.save()
    row = arrive(raw)

    assert row.outcome == "ignored"
    assert topic.posts.count() == 1
    assert answers() == []


def test_an_address_that_was_revoked_is_answered(topic, post, ada):
    raw = reply_to(post, ada)
    ReplyKey.objects.revoke([ada.pk])
    row = arrive(raw)

    assert "isn't valid, or not any more" in row.error
    assert len(answers()) == 1
    assert topic.posts.count() == 1


def test_a_mail_that_is_too_large_is_answered(topic, post, ada):
    row = arrive(reply_to(post, ada, ""), is_cut=True)

    assert "too large" in row.error
    assert len(answers()) == 1


def test_a_member_who_wrote_to_another_address_gets_the_text_back(post, ada):
    row = arrive(reply_to(post, ada, to="someone@example.org"))

    (answer,) = answers()
    assert row.outcome == "refused"
    assert "> Tea, of course." in answer.body
    assert not Post.objects.exclude(pk=post.pk).exists()


def test_a_stranger_who_wrote_to_another_address_is_ignored(post, ada):
    row = arrive(reply_to(post, ada, to="someone@example.org", **{"from": "x@example.org"}))

    assert (row.outcome, answers()) == ("ignored", [])


def test_one_address_gets_a_few_answers_and_owners_see_the_rest(topic, post, ada, settings):
    settings.RATES = settings.RATES | {"mail_answer": "1/hour"}
    for number in range(2):
        row = arrive(reply_to(post, ada, "", message_id=f"<{number}@mail.example.org>"))

    assert len(answers()) == 1
    assert row.given_up_at
    assert "no text" in row.error
    assert row.sealed  # so it can be tried again
    assert IncomingMail.objects.count() == 2
