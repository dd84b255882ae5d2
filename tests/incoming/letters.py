"""Mails to the forum, as mail servers hand them over."""

from django.core.mail import EmailMessage

from forum.incoming.models import IncomingMail
from forum.incoming.processing import process
from forum.mail.reply_addresses import address_for
from tests.importing import mails


def reply_to(post, member, body="Tea, of course.\n", **headers):
    """The bytes of a mail by which the member answers the post."""
    defaults = {
        "from": f"{member.name} <{member.email}>",
        "to": f"Forum <{address_for(member.pk, post.topic_id, post.pk)}>",
        "subject": f"Re: {post.topic.title}",
        "message_id": "<answer-1@mail.example.org>",
    }
    return mails.mail(body, **defaults | headers)


def to_category(address, member, body="Who knows?\n", **headers):
    defaults = {"from": member.email, "to": address, "subject": "A question about kettles"}
    return mails.mail(body, **defaults | headers)


def arrive(raw, **fields):
    """Stores a mail and has it processed; returns its row as it is then."""
    row = IncomingMail.objects.store(raw, **fields)
    process()
    row.refresh_from_db()
    return row


def answers():
    """The answers in the outbox."""
    from forum.mail.models import Mail

    return [message(mail) for mail in Mail.objects.order_by("pk")]


def message(mail) -> EmailMessage:
    return mail.message()
