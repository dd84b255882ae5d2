"""Standing searches: matches each new or edited post with all of them, and tells their members.

The cost is by the post: a search is only looked at if the post has its anchor, the rarest key that
it needs. A post that has to be matched is a row of the transaction that saves it; a worker matches
it as soon as that is committed. A match and the change that tells its member are one transaction,
and each post matches once, so members are told once, whatever is killed and done again.
"""

import logging
from dataclasses import replace
from operator import itemgetter

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.db.optional_writes import optional_write
from forum.db.outages import is_outage
from forum.jobs import every, job
from forum.models import PersonalChange, Post, User
from forum.signals import telling, told, withdrawn

from . import engines
from .indexing import Document
from .models import Anchor, Match, StandingSearch, Unmatched
from .query import parse

logger = logging.getLogger(__name__)
KIND = "search"  # in the personal stream
MOST = 50  # standing searches of a member
MOST_MATCHES = 200  # kept for each
MOST_ANCHORS = 20  # of a search, if another clause has fewer
SAMPLE = 500  # posts, from which it is estimated how many have a key
BATCH = 50  # matches in one transaction, so that others can write in between


class SearchError(Exception):
    """A search can't be saved; str() says why and what to do."""


# --- Saving ---


def save(member, typed):
    """Save a search and return it, or the one that is there. Raises SearchError."""
    query = parse(typed, member)
    if query.problems:
        raise SearchError(" ".join(query.problems))
    anchors = anchors_of(query)
    if not anchors:
        raise SearchError(_("Please search for at least one word, member, category or tag."))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=member.pk)
        searches = StandingSearch.objects.filter(member=member)
        if earlier := searches.filter(query=query.typed).first():
            return earlier
        if searches.count() >= MOST:
            raise SearchError(
                _("You have %(most)d saved searches. Please delete some of them.") % {"most": MOST}
            )
        search = StandingSearch.objects.create(
            member=member,
            name=query.typed[:80],
            query=query.typed,
            expression=as_json(needed(query)),
        )
        Anchor.objects.bulk_create(Anchor(search=search, key=key) for key in sorted(anchors))
        PersonalChange.objects.record(member.pk, KIND, search.pk)
    return search


def rename(search, name):
    with transaction.atomic():
        StandingSearch.objects.filter(pk=search.pk).update(name=name)
        PersonalChange.objects.record(search.member_id, KIND, search.pk)


def delete(search):
    with transaction.atomic():
        pk, member_id = search.pk, search.member_id
        lock([member_id])  # or a match could be added to a search that is being deleted
        search.delete()
        PersonalChange.objects.record(member_id, KIND, pk)
        withdrawn.send(StandingSearch, member_id=member_id, kind="search", about={"search": pk})


def needed(query):
    """The expression that every matching post satisfies. Beginnings of words are not in it."""
    whole = tuple(clause for clause in query.clauses if not clause.beginning)
    return replace(query, clauses=whole).expression


def as_json(expression):
    return [[is_negative, [sorted(one) for one in sets]] for is_negative, sets in expression]


def anchors_of(query):
    """A key of each alternative of the rarest clause; empty if nothing is needed."""
    clauses = [sets for is_negative, sets in needed(query) if not is_negative]
    few = [sets for sets in clauses if len(sets) <= MOST_ANCHORS]
    return min(map(rated, few or clauses[:1]), default=(0, set()), key=itemgetter(0))[1]


def rated(sets):
    """(the number of posts with one of the anchors, the anchors) of a clause."""
    anchors = [min((frequency(key), key) for key in keys) for keys in sets]
    return sum(posts for posts, _key in anchors), {key for _posts, key in anchors}


def frequency(key):
    """About how many posts have a key."""
    ids = engines.newest(((False, (frozenset([key]),)),), SAMPLE)
    return len(ids) if len(ids) < SAMPLE else SAMPLE * ids[0] / (ids[0] - ids[-1])


# --- Matching ---


def expect_match(sender, kind, post, **_kwargs):
    """Receives every change, in its transaction; has a post matched once that is committed."""
    if kind not in ("created", "edited", "restored") or post.is_hidden:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_unmatched (post_id) SELECT %s"
            " WHERE EXISTS (SELECT 1 FROM search_standingsearch)",
            [post.pk],
        )
        if cursor.rowcount > 0:
            match_posts.after_commit()


@every(seconds=10)
def sweep():
    """Finds posts without a hint: of killed workers, and of lost hints."""
    if Unmatched.objects.exists():
        match_posts()


@job
def match_posts():
    """Match what waits. A post that can't be matched keeps no other one, and is tried again."""
    last = 0
    while row := Unmatched.objects.filter(pk__gt=last).order_by("pk").first():
        last = row.pk
        try:
            match(Post.objects.select_related("topic", "author").get(pk=row.post_id))
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("Post %s could not be matched with saved searches.", row.post_id)
        else:
            Unmatched.objects.filter(pk=row.pk).delete()


def match(post):
    """Add the matches of a post, and tell their members."""
    if post.is_hidden:
        return
    found = Document(post)
    is_public = Post.objects.visible_to(AnonymousUser()).filter(pk=post.pk).exists()
    searches = [one for one in candidates(post, found) if fits(one, post, found, is_public)]
    searches.sort(key=lambda one: one.member_id)  # all workers lock members in one order
    for start in range(0, len(searches), BATCH):
        add_matches(post, searches[start : start + BATCH])


@transaction.atomic
def add_matches(post, searches):
    lock([search.member_id for search in searches])
    there = set(
        StandingSearch.objects.filter(pk__in=[one.pk for one in searches]).values_list(
            "pk", flat=True
        )
    )
    known = set(
        Match.objects.filter(post=post, search__in=searches).values_list("search", flat=True)
    )
    new = [search for search in searches if search.pk in there - known]
    Match.objects.bulk_create(Match(search=search, post=post) for search in new)
    for keys in rounds(new):
        PersonalChange.objects.record_for_all(KIND, keys)
    if new:
        found = {search.member_id: {"name": search.name, "search": search.pk} for search in new}
        telling.send(Match, kind="search", post=post, found=found)


def rounds(searches):
    """Yields {member id: id of one of their searches}, until all searches have been in one."""
    while searches:
        first = {search.member_id: search.pk for search in reversed(searches)}
        yield first
        searches = [search for search in searches if search.pk != first[search.member_id]]


def lock(members):
    """Lock members, by id, until the transaction ends."""
    rows = User.objects.filter(pk__in=members).select_for_update(no_key=True)
    list(rows.order_by("pk").only("pk"))


def candidates(post, found):
    """Searches of others whose keys fit a post."""
    anchored = Anchor.objects.filter(key__in=found.keys).values("search")
    searches = StandingSearch.objects.exclude(member=post.author_id).filter(
        pk__in=anchored, member__is_active=True
    )
    expressions = searches.values_list("pk", "expression")
    fitting = [pk for pk, expression in expressions if has_keys(found.keys, expression)]
    return list(StandingSearch.objects.filter(pk__in=fitting).select_related("member"))


def has_keys(keys, expression):
    return all(
        any(keys.issuperset(one) for one in sets) != is_negative for is_negative, sets in expression
    )


def fits(search, post, found, is_public):
    """Whether words and filters fit, and its member may see the post (all may if it is public)."""
    query = parse(search.query, search.member)
    if query.problems or not query.fits(found):
        return False
    if is_public and not query.filters:
        return True
    posts = Post.objects.visible_to(search.member).shown().filter(pk=post.pk)
    for one in query.filters:
        posts = posts.filter(one.condition)
    return posts.exists()


@every(hours=1)
def prune_matches():
    """Delete all but the latest matches of each search."""
    counts = StandingSearch.objects.annotate(n=Count("matches")).filter(n__gt=MOST_MATCHES)
    for search in counts:
        oldest = search.matches.order_by("-pk").values_list("pk", flat=True)[MOST_MATCHES - 1]
        search.matches.filter(pk__lt=oldest).delete()


def refresh(searches=None):
    """Make the keys of standing searches anew, of all after the analyser has changed."""
    searches = StandingSearch.objects.all() if searches is None else searches
    for search in searches.select_related("member"):
        query = parse(search.query, search.member)
        with transaction.atomic():
            search.expression = as_json(needed(query))
            search.save(update_fields=["expression"])
            search.anchors.all().delete()
            Anchor.objects.bulk_create(Anchor(search=search, key=key) for key in anchors_of(query))


def on_tag_changed(tag, **_kwargs):
    """The topics of a merged tag get another one, for which its names stand now."""
    if tag.merged_into_id:
        refresh(StandingSearch.objects.filter(query__icontains="tag:"))


# --- Reading ---


def mark_seen(search):
    """All its matches were shown; tells other pages of the member."""
    with optional_write("which matches members have seen"), transaction.atomic(savepoint=False):
        unseen = search.matches.filter(seen_at=None)
        posts = list(unseen.values_list("post", flat=True))
        if unseen.update(seen_at=timezone.now()):
            PersonalChange.objects.record(search.member_id, KIND, search.pk)
            told.send(Match, member_id=search.member_id, kind="search", posts=posts)
