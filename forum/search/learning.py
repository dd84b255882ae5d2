"""Learns the words of public posts, for corrections and completions (spelling.py).

Counted outside of the transactions that save posts, which so never wait for each other: a frequent
word is one row for all of them.
"""

from collections import Counter
from unicodedata import normalize

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
        rows = Post.objects.select_related("topic").filter(pk__gt=progress.at)
        posts = list(rows.order_by("pk")[:BATCH])
        if not posts:
            return False
        public = set(
            Post.objects.filter(
                pk__in=[post.pk for post in posts],
                hidden_at=None,
                topic__category__in=Category.objects.public(),
            ).values_list("pk", flat=True)
        )
        count(known_words(whole_text(post) for post in posts if post.pk in public))
        progress.advance(posts[-1].pk)
    return True


def whole_text(post):
    """The text of a post, with the title of its topic if it is the opening one."""
    title = normalize("NFC", post.topic.title) if post.number == 1 else ""
    return f"{title} {text_of(post)}"


def known_words(texts):
    """How many of these texts have each word that is worth knowing, as a folded form."""
    forms = ({word.form for word in placeless_words(text)} for text in texts)
    return Counter(form for found in forms for form in found if fits(form))


def fits(form):
    return SHORTEST <= len(form) <= LONGEST and form.isalpha() and not RUN.match(form)


def count(posts_by_word):
    table = KnownWord._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (word, ending, length, posts) VALUES (%s, %s, %s, %s)"  # noqa: S608
            f" ON CONFLICT (word) DO UPDATE SET posts = {table}.posts + excluded.posts",
            [(word, word[::-1], len(word), posts) for word, posts in sorted(posts_by_word.items())],
        )
