from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import ngettext

from forum.text.directions import isolated

if TYPE_CHECKING:
    from forum.notifications.groups import Group


@dataclass(frozen=True)
class Kind:
    """A kind of notice.

    name: as stored; never changes. label: for the preferences. text: what a Group of them says, in
    the language that is active; one line, plain. merges: a function that returns what notices have
    in common that are shown as one; it gets one of them. page, push, mail: what members get who
    have chosen nothing; `mail` is one of ways.MAIL. rank: of two kinds for the same event the
    higher one is told. is_read_with_post: whether it is seen once its post has been read.
    """

    name: str
    label: Promise
    text: Callable[["Group"], str]
    merges: Callable = lambda notice: notice.post_id
    page: bool = True
    push: bool = True
    mail: str = "single"
    rank: int = 0
    is_read_with_post: bool = True

    def merge(self, notice):
        return f"{self.name}:{self.merges(notice)}"


def by_topic(notice):
    return notice.topic_id


def who(group):
    """“Ines”, or “Ines and 2 others”."""
    name = isolated(group.latest.by.display_name) if group.latest.by else "?"
    others = group.people - 1
    if others < 1:
        return name
    return ngettext("%(name)s and %(n)d other", "%(name)s and %(n)d others", others) % {
        "name": name,
        "n": others,
    }
