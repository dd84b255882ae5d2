"""Signed addresses that end emails without signing in (RFC 8058).

What can be ended: `kind-NAME`, the emails of a kind of notice; `topic-ID`, everything about a
topic; `digest`, the digests; `list`, the emails of every post; `all`, every email. The addresses
don't expire: people keep emails.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from forum.models import Level, Topic, TopicLevel, User
from forum.notifications import kinds, preferences

ALL, DIGEST, LIST = "all", "digest", "list"


def of_kind(kind):
    return f"kind-{kind.name}"


def of_topic(topic_id):
    return f"topic-{topic_id}"


def address(member_id, what):
    path = reverse("unsubscribe", args=[signer().sign(f"{member_id}.{what}")])
    return f"{settings.SITE_URL}{path}"


def signer():
    return Signer(salt="forum.notifications.unsubscribing")


@dataclass(frozen=True)
class Ending:
    """What somebody may end by such an address."""

    member_id: int
    what: str

    @property
    def text(self):
        """What will be ended; nothing that only the member may know."""
        match self.what.split("-"):
            case ["kind", name] if name in kinds.BY_NAME:
                return _("No more emails of this kind: “%(kind)s”.") % {
                    "kind": kinds.BY_NAME[name].label
                }
            case ["topic", _number]:
                return _("No more notifications about the topic of this email.")
            case ["digest"]:
                return _("No more digests.")
            case ["list"]:
                return _("No more emails of every post.")
        return _("No more emails about what happens in the forum.")

    @transaction.atomic
    def carry_out(self):
        member = User.objects.select_for_update(no_key=True).filter(pk=self.member_id).first()
        if member is None:
            return
        match self.what.split("-"):
            case ["kind", name] if name in kinds.BY_NAME:
                end_mails(member, [kinds.BY_NAME[name]])
            case ["topic", number]:
                mute(member, number)
            case ["digest"]:
                end_mails(member, digest="off")
            case ["list"]:
                end_mails(member, mailing_list=False)
            case _:
                end_mails(member, kinds.ALL, digest="off", mailing_list=False)


def ending(signed):
    """The Ending of an address. Raises BadSignature."""
    member_id, _dot, what = signer().unsign(signed).partition(".")
    if not what:
        raise BadSignature
    return Ending(int(member_id), what)


def end_mails(member, ended=(), **fields):
    chosen = preferences.of([member.pk])[member.pk]
    for kind in ended:
        preferences.choose(chosen, kind, mail="off")
    for name, value in fields.items():
        setattr(chosen, name, value)
    chosen.save()


def mute(member, number):
    for topic in Topic.objects.filter(pk=number):
        TopicLevel.objects.choose(member, topic, Level.MUTED)
