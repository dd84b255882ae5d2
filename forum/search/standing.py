"""Standing searches: matches each new or edited post with all of them, and tells their members.

The cost is by the post: a search is only looked at if the post has its anchor, the rarest key that
it needs. A post that has to be matched is a row of the transaction that saves it; a worker matches
it as soon as that is committed. A match and the change that tells its member are one transaction,
and each post matches once, so members are told once, whatever is killed and done again.
"""

from dataclasses import replace

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.jobs import every, job
from forum.models import PersonalChange, Post, User

from .analyser import hashed, stem, words
from .indexing import document
from .models import Anchor, KnownWord, Match, StandingSearch, Unmatched
from .query import parse

KIND = "search"  # in the personal stream
MOST = 50  # standing searches of a member
MOST_MATCHES = 200  # kept for each
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
        raise SearchError(_("Please search for at least one word, member or category."))
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
        search.delete()
        PersonalChange.objects.record(member_id, KIND, pk)


def needed(query):
    """The expression that every matching post satisfies. Beginnings of words are not in it."""
    whole = tuple(clause for clause in query.clauses if not clause.beginning)
    return replace(query, clauses=whole).expression


def as_json(expression):
    return [[is_negative, [sorted(one) for one in sets]] for is_negative, sets in expression]


def anchors_of(query):
    """A key of each alternative of the rarest clause; empty if nothing is needed.

    Filters come after words, since a category or member has more posts than most words.
    """
    common = frequencies(query)
    filters = {key for one in query.filters for keys in one.alternatives for key in keys}
    common |= dict.fromkeys(filters, len(common) + max(common.values(), default=0) + 1)
    clauses = [sets for is_negative, sets in needed(query) if not is_negative]
    return min((rated(sets, common) for sets in clauses), default=(0, 0, set()))[2]


def rated(sets, common):
    """(posts that have one of the anchors, number of anchors, the anchors) for a clause."""
    anchors = {min(keys, key=lambda key: (common.get(key, 0), key)) for keys in sets}
    return sum(common.get(key, 0) for key in anchors), len(anchors), anchors


def frequencies(query):
    """{hashed key: number of public posts} of the words of a query, as far as it is known."""
    forms = {word.form for word in words(query.typed)}
    known = KnownWord.objects.filter(word__in=forms).values_list("word", "posts")
    return {hashed(stem(word)): posts for word, posts in known}


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
    while row := Unmatched.objects.order_by("pk").first():
        match(Post.objects.select_related("topic", "author").get(pk=row.post_id))
        row.delete()


def match(post):
    """Add the matches of a post, and tell their members."""
    if post.is_hidden:
        return
    found = document(post)
    searches = [search for search in candidates(post, found) if fits(search, post, found)]
    searches.sort(key=lambda one: one.member_id)  # all workers lock members in one order
    for start in range(0, len(searches), BATCH):
        add_matches(post, searches[start : start + BATCH])


@transaction.atomic
def add_matches(post, searches):
    for search in searches:
        _match, is_new = Match.objects.get_or_create(search=search, post=post)
        if is_new:
            prune(search)
            PersonalChange.objects.record(search.member_id, KIND, search.pk)


def candidates(post, found):
    """Searches of others whose keys fit a post."""
    anchored = Anchor.objects.filter(key__in=found.keys).values("search")
    searches = StandingSearch.objects.filter(pk__in=anchored).exclude(member=post.author_id)
    return [
        search
        for search in searches.select_related("member")
        if search.member.is_active and has_keys(found.keys, search.expression)
    ]


def has_keys(keys, expression):
    return all(
        any(keys.issuperset(one) for one in sets) != is_negative for is_negative, sets in expression
    )


def fits(search, post, found):
    """Whether its member may see the post, and all words and filters fit."""
    query = parse(search.query, search.member)
    posts = Post.objects.visible_to(search.member).shown().filter(pk=post.pk)
    for one in query.filters:
        posts = posts.filter(one.condition)
    return not query.problems and query.fits(found) and posts.exists()


def prune(search):
    kept = search.matches.order_by("-pk").values("pk")[MOST_MATCHES - 1 : MOST_MATCHES]
    search.matches.filter(pk__lt=kept).delete()


def refresh():
    """Make the keys of all standing searches anew, after the analyser has changed."""
    for search in StandingSearch.objects.select_related("member"):
        query = parse(search.query, search.member)
        with transaction.atomic():
            search.expression = as_json(needed(query))
            search.save(update_fields=["expression"])
            search.anchors.all().delete()
            Anchor.objects.bulk_create(Anchor(search=search, key=key) for key in anchors_of(query))


# --- Reading ---


def mark_seen(search):
    """All its matches were shown; tells other pages of the member."""
    with transaction.atomic():
        unseen = search.matches.filter(seen_at=None)
        if unseen.update(seen_at=timezone.now()):
            PersonalChange.objects.record(search.member_id, KIND, search.pk)
