"""Learns the words of public posts, for corrections and completions (spelling.py).

Counted outside of the transactions that save posts, which so never wait for each other: a frequent
word is one row for all of them.
"""

from collections import Counter

from django.db import connection, transaction

from forum.jobs import every
from forum.models import Category, Post

from .analyser import RUN, placeless_words
from .indexing import text_of
from .models import KnownWord, Progress
from .spelling import LONGEST

BATCH = 200  # posts in one transaction
MOST_BATCHES = 50  # in one run, so that others have their turn
SHORTEST = 3  # letters


@every(seconds=60)
def learn_words():
    for _batch in range(MOST_BATCHES):
        if not learn_batch():
            break


def learn_batch():
    """Count the words of the next posts; False if there are none."""
    with transaction.atomic():
        progress = Progress.objects.take("words")
        posts = list(Post.objects.filter(pk__gt=progress.at).order_by("pk")[:BATCH])
        if not posts:
            return False
        public = set(
            Post.objects.filter(
                pk__in=[post.pk for post in posts],
                hidden_at=None,
                topic__category__in=Category.objects.public(),
            ).values_list("pk", flat=True)
        )
        count(Counter(form for post in posts if post.pk in public for form in known(post)))
        progress.advance(posts[-1].pk)
    return True


def known(post):
    """The words of a post that are worth knowing, as folded forms."""
    return {
        word.form
        for word in placeless_words(text_of(post))
        if SHORTEST <= len(word.form) <= LONGEST
        and word.form.isalpha()
        and not RUN.match(word.form)
    }


def count(posts_by_word):
    table = KnownWord._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (word, ending, length, posts) VALUES (%s, %s, %s, %s)"  # noqa: S608
            f" ON CONFLICT (word) DO UPDATE SET posts = {table}.posts + excluded.posts",
            [(word, word[::-1], len(word), posts) for word, posts in sorted(posts_by_word.items())],
        )
