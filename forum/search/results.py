"""Answers queries: finds posts that a reader may see, and ranks them."""

from dataclasses import dataclass, replace
from functools import partial

from django.db.models import Exists, OuterRef
from django.utils import timezone

from forum.db import membership  # noqa: F401 - the lookup
from forum.models import Category, Post

from . import engines, spelling, tags
from .analyser import hashed, placeless_words, stem
from .indexing import Document, text_of
from .query import Match, Query, parse, titled
from .snippets import proximity

MOST = 2000  # of the newest posts with all words, which are ranked
MOST_TITLES = 300  # of the newest topics with all words in their title, which are ranked as well
MOST_READ = 40  # of the best ones, whose texts decide about their order
READ = 2000  # characters of these texts
MOST_LEFT_OUT = 6  # words of which one is left out where no post has all
# For one search, with all that is tried where nothing is found:
MOST_FOUND = 3 * MOST  # posts that the reader may see; and then no other try begins
MOST_VERIFIED = 300  # posts whose texts are read to see whether words stand in the right order
EACH_TRY = 750  # what a try costs that finds nothing, as so many posts
ACCEPTED = 0.5  # what an accepted answer has before other texts; a title has 2
REACTED = 0.25  # what very many reactions come near to
ADVERSE = ("thumbs-down",)  # reactions that lift nothing
HALF_LIFE = 365 * 24 * 3600  # seconds, after which freshness counts half


@dataclass
class Found:
    """Posts that answer a query, best first, as ids.

    query: the one that they answer. asked: the one that was typed. is_complete: False if there may
    be more than were ranked. corrected: whether words were replaced by others. without: words that
    had to be left out.
    """

    query: Query
    posts: list[int]
    asked: Query
    is_complete: bool = True
    corrected: bool = False
    without: str = ""


@dataclass
class Budget:
    """What is left for one search. Counted, not timed, so that it finds the same each time; and
    only by what its reader may see, so that nothing is told of other posts.
    """

    posts: int = MOST_FOUND
    texts: int = MOST_VERIFIED


@dataclass(frozen=True)
class Candidate:
    pk: int
    topic_id: int
    created_at: object
    is_answer: bool
    has_title: bool


def answer(typed, user, order="best", is_typing=False):
    """Found for what somebody typed: if nothing has all words, with corrected or fewer ones.

    is_typing: the last word may go on.
    """
    query = parse(typed, user, is_typing)
    if query.is_empty:
        return Found(query, [], query)
    budget = Budget()
    found = find(query, user, order, budget)
    if found.posts or not query.positive:
        return found
    for text, without, attempt in attempts(query, user):
        if budget.posts <= 0:
            break
        other = find(attempt, user, order, budget)
        if other.posts:
            return replace(other, asked=query, corrected=text != query.typed, without=without)
    return found


def attempts(query, user):
    """Yields (text, word left out, Query) for what to try when no post has all words."""
    texts = list(spelling.corrected_texts(query.typed, partial(is_found, narrowed((), user), user)))
    yield from ((text, "", parse(text, user)) for text in texts)
    text = texts[0] if texts else query.typed
    whole = parse(text, user)
    for clause in whole.positive[:MOST_LEFT_OUT] if len(whole.positive) > 1 else []:
        rest = tuple(one for one in whole.clauses if one is not clause)
        yield text, clause.text, replace(whole, clauses=rest)


def is_found(places, user, word):
    """Whether `user` may see a post with a known word, which was in public ones when counted."""
    ids = engines.newest((*places, (False, (frozenset([hashed(stem(word))]),))), 1)
    return bool(visible(Query(), user, ids))


def find(query, user, order="best", budget=None):
    """Found for the posts that `user` may see and that answer `query`.

    order: "best" or "newest".
    """
    budget = budget or Budget()
    asked, query = query, completed(query)
    candidates, is_complete = candidates_of(query, user, budget)
    if query.is_exact:
        candidates, is_verified = verified(query, candidates, budget)
        is_complete = is_complete and is_verified
    if order == "best":
        candidates = ranked(query, candidates)
    return Found(query, [one.pk for one in candidates], asked, is_complete)


def completed(query):
    """The query with the words that begin as it asks for."""
    if not any(clause.beginning for clause in query.clauses):
        return query
    return replace(
        query,
        clauses=tuple(
            replace(
                clause,
                matches=(
                    *clause.matches,
                    *(Match((stem(word),)) for word in spelling.endings(clause.beginning)),
                ),
            )
            if clause.beginning
            else clause
            for clause in query.clauses
        ),
    )


def candidates_of(query, user, budget):
    """(Candidates, whether these are all)."""
    expression = query.expression
    if all(is_negative for is_negative, _sets in expression):
        expression = narrowed(expression, user)
    ids, titles = newest(query, expression)
    if len(ids) == MOST or len(titles) == MOST_TITLES:
        # Posts that the reader may not see must not take the places of others.
        readable = narrowed(expression, user)
        ids, titles = (ids, titles) if readable == expression else newest(query, readable)
    found = visible(query, user, titles.union(ids)) if ids else []
    budget.posts -= EACH_TRY + len(found)
    candidates = [
        Candidate(pk, topic, at, is_answer, has_title=query.in_title or pk in titles)
        for pk, topic, at, is_answer in found
    ]
    return sorted(candidates, key=lambda one: -one.pk), len(ids) < MOST


def newest(query, expression):
    """(ids of the newest posts, ids of those with all words in their titles)."""
    ids = engines.newest(expression, MOST)
    return ids, newest_titles(query, expression) if ids else set()


def newest_titles(query, expression):
    """The ids of opening posts whose titles have all words."""
    if query.in_title or not query.positive:
        return set()
    in_title = tuple((False, titled(clause).alternatives) for clause in query.positive)
    return set(engines.newest(in_title + expression, MOST_TITLES))


def narrowed(expression, user):
    """The expression for posts in categories that `user` may see; the same if these are all.

    At least one clause of it is not negative. `visible` decides all the same.
    """
    is_seen = Exists(Category.objects.visible_to(user).filter(pk=OuterRef("pk")))
    categories = dict(Category.objects.values_list("pk", is_seen))
    if all(categories.values()) and not all(is_negative for is_negative, _sets in expression):
        return expression
    seen = sorted(pk for pk, is_seen in categories.items() if is_seen)
    return (
        *expression,
        (False, tuple(frozenset([hashed(tags.category(pk))]) for pk in seen or [0])),
    )


def visible(query, user, ids):
    """The fields of Candidates whom `user` may see and that fulfil the filters."""
    posts = Post.objects.visible_to(user).shown().filter(pk__among=list(ids))
    for one in query.filters:
        posts = posts.filter(one.condition)
    return list(posts.values_list("pk", "topic", "created_at", "is_answer"))


def verified(query, candidates, budget):
    """Those whose texts have the words in the right order."""
    read = candidates[: budget.texts]
    budget.texts -= len(read)
    posts = Post.objects.filter(pk__among=[one.pk for one in read]).defer("body")
    fitting = {
        post.pk for post in posts.select_related("topic") if query.fits_exactly(Document(post))
    }
    return [one for one in read if one.pk in fitting], len(read) == len(candidates)


def ranked(query, candidates):
    now = timezone.now()
    scored = sorted(
        ((likely(one, now), one) for one in candidates), key=lambda pair: (-pair[0], -pair[1].pk)
    )
    best, rest = scored[:MOST_READ], scored[MOST_READ:]
    read = Post.objects.filter(pk__among=[one.pk for _score, one in best])
    posts = read.only("html", "reactions").in_bulk()
    rated = [(score + worth(query, posts[one.pk]), one) for score, one in best if one.pk in posts]
    rated.sort(key=lambda pair: (-pair[0], -pair[1].pk))
    return [one for _score, one in rated + rest]


def likely(candidate, now):
    """From 0 to 3.5: titles above texts, accepted answers above other texts, new above old."""
    age = max(0.0, (now - candidate.created_at).total_seconds())
    lift = 2.0 * candidate.has_title + ACCEPTED * candidate.is_answer
    return lift + 1 / (1 + age / HALF_LIFE)


def worth(query, post):
    """What a post gains by its text, and by the reactions to it, the first ones most."""
    given = sum(count for name, count in post.reactions.items() if name not in ADVERSE)
    near = proximity(query, placeless_words(text_of(post)[:READ]))
    return near + REACTED * given / (given + 3)
