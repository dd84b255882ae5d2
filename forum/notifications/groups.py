"""Notices as they are shown: those about the same are one Group, “Ines and 4 others …”."""

from dataclasses import dataclass

from django.db.models import Count, Max, Min
from django.urls import reverse

from forum.text.directions import isolated

from . import kinds
from .models import MOST_UNREAD, UNREAD, Notice

PER_PAGE = 20
IN_MENU = 8
FEW = 2  # members, of whom a query for each costs less


@dataclass(frozen=True)
class Group:
    """Notices of one member that have `merge` and `seen_at` in common.

    latest: the newest of them. count: of notices; people: of members who caused them.
    """

    latest: Notice
    count: int
    people: int
    first_post: int | None  # id

    @property
    def title(self):
        return self.latest.topic.title if self.latest.topic else ""

    @property
    def title_in_sentence(self):
        return isolated(self.title)

    @property
    def text(self):
        return kinds.BY_NAME[self.latest.kind].text(self)

    @property
    def excerpt(self):
        """How the post of the latest begins; "" if it has none, or one that is hidden."""
        post = self.latest.post
        return post.excerpt if post and not post.is_hidden else ""

    @property
    def is_seen(self):
        return self.latest.seen_at is not None

    def get_absolute_url(self):
        return reverse("notification", args=[self.latest.pk])

    @property
    def place(self):
        """The address of what happened; "" if it is on every page."""
        if self.first_post:
            return reverse("post", args=[self.first_post])
        return self.latest.topic.get_absolute_url() if self.latest.topic else ""


def shown_to(user, before=None, kind=None, unseen=False, size=PER_PAGE):
    """(a page of Groups, newest first; the id from which the next page begins, or None)."""
    notices = Notice.objects.visible_to(user).filter(kind__in=[kind] if kind else kinds.BY_NAME)
    if unseen:
        notices = notices.unseen()
    rows = grouped(notices)
    if before:
        rows = rows.filter(latest__lt=before)
    rows = list(rows.order_by("-latest")[: size + 1])
    more = rows[size - 1]["latest"] if len(rows) > size else None
    return from_rows(rows[:size]), more


def of(notice, user):
    """The Group that shows a notice, or None if `user` may not see what it is about any more."""
    same = Notice.objects.visible_to(user).filter(merge=notice.merge, seen_at=notice.seen_at)
    groups = from_rows(list(grouped(same)))
    return groups[0] if groups else None


def grouped(notices):
    return (
        notices.order_by()
        .values("merge", "seen_at")
        .annotate(
            latest=Max("pk"),
            count=Count("pk"),
            people=Count("by", distinct=True),
            first_post=Min("post"),
        )
    )


def from_rows(rows):
    loaded = Notice.objects.select_related("by", "topic__category", "post")
    latest = loaded.in_bulk([row["latest"] for row in rows])
    return [
        Group(latest[row["latest"]], row["count"], row["people"], row["first_post"])
        for row in rows
        if row["latest"] in latest  # not deleted meanwhile
    ]


# --- How many are unread ---


def unread(user):
    """The number of Groups that `user` has not seen, up to MOST_UNREAD."""
    return len(UNREAD.rows(user))


def label(number):
    """What the bell shows: "" for none, “99+” for many."""
    return (str(number) if number < MOST_UNREAD else f"{MOST_UNREAD - 1}+") if number else ""


def state(user, keys):
    """For the personal stream."""
    return {key: {"unread": label(unread(user))} for key in keys}


def states(members, _keys):
    """{id: state} of many members, whose notices are mostly about what everybody may read."""
    if len(members) <= FEW:
        return {member.pk: {"unread": label(unread(member))} for member in members}
    ids = [member.pk for member in members]
    unseen = Notice.objects.filter(member__in=ids, seen_at=None, on_page=True)
    counts = unseen.about_public().shown().order_by().values_list("member")
    unread_of = dict(counts.annotate(n=Count("merge", distinct=True)))
    private = set(
        unseen.exclude(pk__in=unseen.about_public()).order_by().values_list("member", flat=True)
    )
    for member in members:
        if member.pk in private:
            unread_of[member.pk] = unread(member)
    return {pk: {"unread": label(min(unread_of.get(pk, 0), MOST_UNREAD))} for pk in ids}
