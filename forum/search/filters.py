"""The filters of queries: one small table. Features that bring their own add a row."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.models import Category, Tag, Topic, TopicTag, User
from forum.text.slugs import slug_of
from forum.usernames.rules import folded

from . import tags
from .analyser import hashed

FIRST_YEAR = 1970


@dataclass(frozen=True)
class Filter:
    """One of the conditions of a query.

    label: as it is shown. condition: on posts. tags: a post that fulfils it has one of them. field
    and value: of the form (forms.py), if that has it. span: where it stands in the query.
    """

    label: str
    condition: Q
    tags: tuple[str, ...] = ()
    in_title: bool = False
    field: str = ""
    value: object = None
    span: tuple[int, int] = (0, 0)

    @cached_property
    def alternatives(self):
        return tuple(frozenset([hashed(tag)]) for tag in self.tags)


def in_title(_found, _user):
    return Filter(_("in titles"), Q(number=1), in_title=True, field="titles", value=True), None


def by_author(found, _user):
    member = User.objects.by_username([folded(found[1])]).get(folded(found[1]))
    if not member:
        return None, _("There is no member @%(name)s.") % {"name": found[1]}
    pk, username = member
    return Filter(
        f"@{username}", Q(author=pk), (tags.author(pk),), field="author", value=username
    ), None


def by_me(_found, user):
    if not user.is_authenticated:
        return None, _("“is:mine” finds your posts once you have signed in.")
    return Filter(_("written by you"), Q(author=user.pk), (tags.author(user.pk),)), None


def in_category(found, user):
    slug = slug_of(found[1], 70)
    category = Category.objects.visible_to(user).filter(slug=slug).first() if slug else None
    if not category:
        return None, _("There is no category #%(name)s.") % {"name": found[1]}
    within = list(
        Category.objects.visible_to(user).within(category.pk).values_list("pk", flat=True)
    )
    return Filter(
        f"#{category.slug}",
        Q(topic__category__in=within),
        tuple(map(tags.category, within)),
        field="category",
        value=category.slug,
    ), None


def with_tag(found, user):
    tag = Tag.objects.visible_to(user).named([found[1]]).get(found[1])
    if not tag:
        return None, _("There is no tag %(name)s.") % {"name": found[1]}
    has_it = Exists(TopicTag.objects.filter(topic=OuterRef("topic"), tag=tag.pk))
    tags_of_post = (tags.tag(tag.pk),)
    return Filter(f"tag:{tag.key}", Q(has_it), tags_of_post, field="tag", value=tag.name), None


def in_topic(found, user):
    topic = Topic.objects.visible_to(user).filter(pk=int(found[1])).first()
    if not topic:
        return None, _("There is no topic %(number)s.") % {"number": found[1]}
    label = _("in “%(title)s”") % {"title": topic.title}
    return Filter(label, Q(topic=topic.pk), (tags.topic(topic.pk),)), None


def is_open(_found, _user):
    return Filter(
        _("in open topics"), Q(topic__closed_at=None), field="topics", value="is:open"
    ), None


def is_closed(_found, _user):
    return Filter(
        _("in closed topics"),
        Q(topic__closed_at__isnull=False),
        field="topics",
        value="is:closed",
    ), None


def is_solved(_found, _user):
    return Filter(
        _("in solved topics"),
        Q(topic__answer_number__isnull=False),
        field="topics",
        value="is:solved",
    ), None


def is_unsolved(_found, _user):
    return Filter(
        _("in topics without an answer"),
        Q(topic__answer_number=None, topic__category__takes_answers=True),
        field="topics",
        value="is:unsolved",
    ), None


def before(found, _user):
    at = date(found)
    if not at:
        return None, not_a_date(found)
    label = _("before %(date)s") % {"date": found[1]}
    return Filter(
        label,
        Q(created_at__lt=at),
        months(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), at),
        field="before",
        value=at.date(),
    ), None


def after(found, _user):
    at = date(found)
    if not at:
        return None, not_a_date(found)
    label = _("since %(date)s") % {"date": found[1]}
    return Filter(
        label,
        Q(created_at__gte=at),
        months(at, timezone.now()),
        field="after",
        value=at.date(),
    ), None


def date(found):
    """The beginning of a year, month or day, in UTC; None for what is no date."""
    if not found[2]:
        return None
    year, month, day = (int(part) if part else 1 for part in found.group(2, 3, 4))
    try:
        return datetime(year, month, day, tzinfo=UTC) if year >= FIRST_YEAR else None
    except ValueError:
        return None


def not_a_date(found):
    return _("“%(text)s” is no date. Write it as 2026, 2026-11 or 2026-11-30.") % {"text": found[1]}


def months(first, last):
    """The tags of the time from `first` to `last`: months in their years, and the years between."""
    found = [tags.year(year) for year in range(first.year + 1, last.year)]
    for year in sorted({first.year, last.year}):
        begins = first.month if year == first.year else 1
        ends = last.month if year == last.year else 12
        found += [tags.month(year, month) for month in range(begins, ends + 1)]
    return tuple(found)


DATE = r"((\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?|\S+)"
FILTERS = [
    (re.compile(r"in:title"), in_title),
    (re.compile(r"@(\S+)"), by_author),
    (re.compile(r"#(\S+)"), in_category),
    (re.compile(r"tag:(\S+)"), with_tag),
    (re.compile(r"topic:(\d{1,18})"), in_topic),
    (re.compile(rf"before:{DATE}"), before),
    (re.compile(rf"(?:after|since):{DATE}"), after),
    (re.compile(r"is:open"), is_open),
    (re.compile(r"is:closed"), is_closed),
    (re.compile(r"is:solved"), is_solved),
    (re.compile(r"is:unsolved"), is_unsolved),
    (re.compile(r"is:mine"), by_me),
]
