"""Whether search finds known topics: 200 queries on the imported mailing list of bench.import_mbox.

Half are words of a topic's title, half are a sentence from a post; then the same with one typing
error. The right topic should be among the first five results. On SQLite; both databases are given
the same keys, and posts are ranked in Python. --failed lists the queries that fail.
"""

import random
import re
import string
import sys

from bench.crowd import import_posts
from bench.import_mbox import CORPUS
from bench.report import record, title
from bench.site import prepared

QUERIES = 100  # of each kind
FIRST = 5  # results
MOST_TITLE_WORDS = 4
SENTENCE = re.compile(r"(?<=[.?!] )[A-Z][^.?!\n]+(?=[.?!](?:\s|$))")
WORDS_IN_SENTENCE = range(6, 16)
MISTYPED = re.compile(r"[a-z]{5,}", re.I)  # words with errors
GOALS = {False: 95, True: 80}  # percent, by whether there is an error


def main():
    archives = sorted(CORPUS.glob("*.mbox*"))
    if not archives:
        print(f"search: precision was left out, no archive in {CORPUS}.", file=sys.stderr)
        return
    title("Known topics, found on an imported mailing list")
    with prepared():
        from forum.search.learning import learn_batch

        import_posts(archives)
        while learn_batch():
            pass
        asked = known_items(random.Random(2026))  # noqa: S311
        for has_error in (False, True):
            chance = random.Random(2026)  # noqa: S311
            failed = []
            for typed, topic in asked:
                typed = with_error(typed, chance) if has_error else typed
                if topic not in first_topics(typed):
                    failed.append((typed, topic))
            report(len(asked), failed, has_error)


def known_items(chance):
    """[(query, id of the topic)]."""
    return [*titles(chance), *sentences(chance)]


def titles(chance):
    from forum.models import Topic

    by_title = {}
    for pk, name in Topic.objects.values_list("pk", "title"):
        by_title.setdefault(frozenset(name.casefold().split()), []).append((pk, name))
    unique = [topics[0] for topics in by_title.values() if len(topics) == 1]
    for pk, name in chance.sample(unique, QUERIES):
        words = [word for word in name.split() if any(map(str.isalnum, word))]
        chosen = sorted(chance.sample(range(len(words)), min(MOST_TITLE_WORDS, len(words))))
        yield " ".join(words[place] for place in chosen), pk


def sentences(chance):
    from forum.models import Post
    from forum.search.indexing import text_of

    posts = list(Post.objects.order_by("pk"))
    found = 0
    while found < QUERIES:
        post = chance.choice(posts)
        fitting = [
            sentence
            for sentence in SENTENCE.findall(text_of(post))
            if len(sentence.split()) in WORDS_IN_SENTENCE
        ]
        if fitting:
            found += 1
            yield chance.choice(fitting), post.topic_id


def with_error(typed, chance):
    """With one letter left out, added, replaced or swapped, as far as a word is long enough."""
    words = list(MISTYPED.finditer(typed))
    if not words:
        return typed
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    letter = chance.choice(string.ascii_lowercase)
    middle = chance.choice(["", typed[at] + letter, letter, typed[at + 1] + typed[at]])
    rest = at + 1 + (middle == typed[at + 1] + typed[at])
    return typed[:at] + middle + typed[rest:]


def first_topics(typed):
    from django.contrib.auth.models import AnonymousUser

    from forum.models import Post
    from forum.search.results import answer

    first = answer(typed, AnonymousUser()).posts[:FIRST]
    return set(Post.objects.filter(pk__in=first).values_list("topic", flat=True))


def report(asked, failed, has_error):
    record(
        f"right topic among the first {FIRST}" + ", with one typing error" * has_error,
        100 * (1 - len(failed) / asked),
        "%",
        at_least=GOALS[has_error],
    )
    if "--failed" in sys.argv:
        for typed, topic in failed:
            print(f"    {topic}: {typed}")


if __name__ == "__main__":
    main()
