"""Who wrote a mail: the member who has confirmed the address it comes from."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.translation import gettext as _

from forum.accounts.backends import as_stored
from forum.models import User


class WrongSender(Exception):
    """The mail is not the member's; str() says why, for its sender.

    `is_answered`: whether the sender is told. A forged one would get answers to mails that they
    never wrote.
    """

    def __init__(self, reason, is_answered=True):
        super().__init__(reason)
        self.is_answered = is_answered


def author_of_answer(letter, member_id):
    """The member to whom the address for answers was given. Raises WrongSender."""
    members = confirmed(letter.senders[0]).filter(user=member_id)
    author = active(members.values_list("user", flat=True).first())
    if not author:
        raise WrongSender(
            _(
                "You wrote from an address that isn't the one of your account. Answer from the"
                " address at which you got the mail, or on the forum."
            )
        )
    if settings.MAIL_AUTHSERV_ID and not letter.is_verified:
        raise WrongSender(unverified())
    return author


def author_of_topic(letter, takes_unverified=False):
    """The member who has confirmed the sender's address. Raises WrongSender."""
    author = member_at(letter.senders[0])
    if not author:
        raise WrongSender(
            _("The sender is not the confirmed address of a member."), letter.is_verified
        )
    if not (takes_unverified or letter.is_verified):
        raise WrongSender(unverified())
    return author


def is_member(address):
    return member_at(address) is not None


def member_at(address):
    """The active member who has confirmed this address, or None."""
    return active(confirmed(address).values_list("user", flat=True).first())


def confirmed(address):
    return EmailAddress.objects.filter(email=address, verified=True)


def active(member_id):
    """The member with their current rights, None if they may not sign in."""
    member = as_stored(User(pk=member_id)) if member_id else None
    return member if member and member.is_authenticated else None


def unverified():
    return _(
        "The mail server could not verify that the mail comes from the address it names."
        " Please write on the forum."
    )
