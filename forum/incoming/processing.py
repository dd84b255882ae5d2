"""Turns stored mails into posts, or answers why not.

What becomes of a mail is one transaction: the post, or the answer in the outbox, and the note in
the mail's row. So a worker that is killed leaves the mail as it was, and another one takes it.
"""

import logging

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from forum.cache import rate_limits
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.workers import run_soon
from forum.mail import sealing
from forum.mail.reply_addresses import read
from forum.models import Post
from forum.signals import bounced

from . import answers, posting, reading
from .models import CategoryAddress, IncomingMail
from .posting import Refused
from .senders import WrongSender, author_of_answer, author_of_topic, is_member

logger = logging.getLogger(__name__)
Outcome = IncomingMail.Outcome
STRANGERS = "strangers"


class Ignored(Exception):
    """Nothing is done about the mail; str() says why, for owners."""


class LeaseLost(Exception):
    """Another worker has taken the mail meanwhile."""


@every(seconds=30)
def sweep():
    """Finds due rows without a hint: stored by a command, retried, or of killed workers."""
    if IncomingMail.objects.due().exists():
        run_soon(process)


@job
def process():
    with reading.Reader() as reader:
        while not stopping.is_set():
            mail = IncomingMail.objects.take()
            if not mail:
                return
            process_one(mail, reader)


def process_one(mail, reader):
    try:
        letter = reader.read(mail.raw())
        try:
            with transaction.atomic():
                settle(mail, letter)
        except posting.FilesFirst as first:
            posting.store_files(letter, first.member)
            with transaction.atomic():
                settle(mail, letter)
    except reading.Unreadable as error:
        mail.give_up(error)
    except sealing.Unreadable:
        mail.give_up(
            "It was encrypted with another SECRET_KEY. Add that key to SECRET_KEY_FALLBACKS, then"
            " try again."
        )
    except LeaseLost:
        logger.warning("Mail %s took longer than its lease; another worker has it.", mail.pk)
    except (DatabaseError, OSError) as error:  # of the storage of uploads
        mail.retry(error)
    except Exception as error:  # noqa: BLE001 - one odd mail must not stop the others
        logger.exception("Mail %s could not be processed.", mail.pk)
        mail.retry(f"{type(error).__name__}: {error}")


def settle(mail, letter):
    """Post the letter, or answer why not, and note it in the mail's row. Raises LeaseLost."""
    try:
        post = posted(mail, letter)
        done = mail.finish(Outcome.POSTED, post=post, left_out=letter.left_out)
    except Ignored as reason:
        done = mail.finish(Outcome.IGNORED, str(reason))
    except Refused as refusal:
        done = refused(mail, letter, str(refusal))
    if not done:
        raise LeaseLost


def refused(mail, letter, reason):
    """Answer to the sender, unless there were too many answers; then owners see the mail instead.

    To an address that may be forged the answer says nothing of the mail, and all such addresses
    together get as many as one member: nobody can have the forum send their words to others.
    """
    sender = letter.senders[0]
    is_known = letter.is_verified or is_member(sender)
    subject = sender if is_known else STRANGERS
    if not rate_limits.seconds_to_wait_once("mail_answer", subject, str(mail.pk)):
        answers.send(letter, reason, is_known)
        return mail.finish(Outcome.REFUSED, reason)
    if not is_known:
        return mail.finish(Outcome.IGNORED, reason)
    return mail.give_up(_("Not answered, after too many answers to this address: %s") % reason)


def posted(mail, letter):
    """The Post that the letter became. Raises Refused or Ignored."""
    if letter.automatic:
        report_bounce(letter)
        raise Ignored(letter.automatic)
    if len(letter.senders) != 1 or not is_address(letter.senders[0]):
        raise Ignored(_("It names no sender, or more than one."))
    try:
        for address in letter.recipients:
            if found := read(address):
                member_id, topic_id, post_id = found
                author = author_of_answer(letter, member_id)
                return posting.reply(mail, letter, author, topic_id, post_id)
        if address := category_address(letter):
            author = author_of_topic(letter, address.takes_unverified)
            return posting.topic(mail, letter, author, address.category)
    except WrongSender as wrong:
        raise (Refused if wrong.is_answered else Ignored)(str(wrong)) from wrong
    if is_member(letter.senders[0]):
        raise Refused(
            _("The address that you wrote to isn't valid, or not any more. Write on the forum.")
        )
    raise Ignored(_("It was not sent to an address of the forum."))


def is_address(text):
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def category_address(letter):
    found = CategoryAddress.objects.select_related("category").filter(address__in=letter.recipients)
    return min(found, key=lambda one: letter.recipients.index(one.address), default=None)


def report_bounce(letter):
    """Believed only if it came to an address for answers, which nobody else can know."""
    for member_id, *_ids in filter(None, map(read, letter.recipients)):
        for address in letter.undelivered:
            bounced.send(Post, member_id=member_id, address=address)
        return
