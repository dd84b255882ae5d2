"""Finds topics whose titles have the rare words of a title that is being typed."""

from math import log
from unicodedata import normalize

from forum.models import Post, Topic

from . import engines, tags
from .analyser import RUN, hashed, keys, tokens
from .learning import SHORTEST
from .models import KnownWord, Progress
from .results import narrowed

MOST = 5
MOST_WORDS = 12  # the rarest ones
MOST_READ = 200  # of the newest topics that may be similar
COMMON = 0.05  # of all posts, counted by ids: a word in more of them tells nothing
FEWEST = 20  # posts that have a common word


def similar_topics(title, user):
    """At most MOST topics that `user` may see, the most similar first.

    Each has at least half of the rare words of the title.
    """
    rarities = rare_words(normalize("NFC", title))
    if not rarities:
        return []
    needed = (len(rarities) + 1) // 2
    found = []
    for topic, other in candidates([*rarities][: len(rarities) - needed + 1], user):
        shared = rarities.keys() & keys(normalize("NFC", other))
        if len(shared) >= needed:
            found.append((sum(rarities[key] for key in shared), topic))
    best = [topic for _rarity, topic in sorted(found, reverse=True)[:MOST]]
    topics = Topic.objects.visible_to(user).select_related("category").in_bulk(best)
    return [topics[pk] for pk in best if pk in topics]


def rare_words(title):
    """{key: rarity} of words that are not common, the rarest first."""
    forms = {}
    for token in tokens(title):
        pairs = {pair: pair for pair in token.pairs}
        forms |= pairs or {word.key: word.form for word in token.words if is_telling(word.form)}
    known = KnownWord.objects.filter(word__in=forms.values()).values_list("word", "posts")
    posts = dict(known)
    total = Progress.objects.filter(name="words").values_list("at", flat=True).first() or 0
    common = max(FEWEST, COMMON * total)
    rarities = {
        key: log((total + 2) / (posts.get(form, 0) + 1))
        for key, form in forms.items()
        if posts.get(form, 0) <= common
    }
    return dict(sorted(rarities.items(), key=lambda one: -one[1])[:MOST_WORDS])


def is_telling(form):
    return len(form) >= SHORTEST or form.isdigit() or bool(RUN.match(form))


def candidates(words, user):
    """(topic, title) of the newest topics with one of these words in their titles.

    Of n words a similar title has half, so it has one of any n / 2 + 1: the rarest are enough.
    """
    expression = ((False, tuple(frozenset([hashed(tags.TITLE + key)]) for key in words)),)
    ids = engines.newest(expression, MOST_READ)
    if len(ids) == MOST_READ:
        # Topics that the member may not see must not take the places of others.
        ids = engines.newest(narrowed(expression, user), MOST_READ)
    posts = Post.objects.visible_to(user).shown().filter(pk__in=ids)
    return list(posts.values_list("topic", "topic__title"))
