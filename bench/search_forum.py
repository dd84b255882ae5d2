"""The forum that `bench.search` measures: the posts of `bench.search_corpus`, with their index.

A million posts are analysed once, into a file, from which both databases are filled in bulk.
"""

import pickle
from collections import Counter
from functools import lru_cache
from html import escape
from itertools import islice
from typing import NamedTuple
from unicodedata import normalize

from bench import search_corpus

BATCH = 1000
PATTERN = -1  # the id of a post that is removed in the end
CHECKED = 100  # posts whose entries are compared with those that the forum makes


class Row(NamedTuple):
    """A post; `title` and `category` are those of its topic, `keys` hashed."""

    pk: int
    topic: int
    title: str
    category: int
    number: int
    author: int
    at: object
    text: str
    keys: frozenset


class Totals(NamedTuple):
    """The number of posts, the size of their texts in bytes of UTF-8, and, for each word of public
    ones, the number of posts that have it.
    """

    posts: int
    size: int
    posts_by_word: dict


def write(path, count):
    """Write so many Rows to a file. Returns the Totals."""
    from forum.search.analyser import hashed

    numbers, words, size = Counter(), Counter(), 0
    with open(path, "wb") as file:
        for post in search_corpus.posts(count):
            topic, text = post.topic, normalize("NFC", post.text)
            numbers[topic.id] += 1
            if topic.category not in search_corpus.PRIVATE:
                words.update(set().union(*map(known, set(text.split()))))
            size += len(post.text.encode()) + len(topic.title.encode()) * post.is_first
            row = Row(
                post.id,
                topic.id,
                topic.title,
                topic.category,
                numbers[topic.id],
                post.author,
                post.created_at,
                text,
                frozenset(map(hashed, keys_of(post, text))),
            )
            pickle.dump(tuple(row), file, protocol=5)
    return Totals(sum(numbers.values()), size, dict(words))


def keys_of(post, text):
    from forum.search import tags
    from forum.search.analyser import keys

    topic, at = post.topic, post.created_at
    title = keys(normalize("NFC", topic.title)) if post.is_first else set()
    return (
        keys(text)
        | title
        | {tags.TITLE + key for key in title}
        | {tags.author(post.author), tags.topic(topic.id), tags.category(topic.category)}
        | {tags.year(at.year), tags.month(at.year, at.month)}
    )


@lru_cache(200_000)
def known(written):
    """The words of something written without blanks that the forum would learn."""
    from forum.search.analyser import RUN, words
    from forum.search.learning import SHORTEST
    from forum.search.spelling import LONGEST

    return {
        word.form
        for word in words(written)
        if SHORTEST <= len(word.form) <= LONGEST
        and word.form.isalpha()
        and not RUN.match(word.form)
    }


def read(path):
    with open(path, "rb") as file:
        while True:
            try:
                yield Row(*pickle.load(file))  # noqa: S301 - written by `write`
            except EOFError:
                return


def fill(path, totals):
    """Fill the empty forum at Django's database from a file."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        people_and_places()
        build_index = postponed(cursor) if connection.vendor == "postgresql" else None
    rows = read(path)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            add(batch, cursor)
    with transaction.atomic(), connection.cursor() as cursor:
        finish(totals, cursor)
        if build_index:
            cursor.execute(build_index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if build_index else "ANALYZE")
    check()


def people_and_places():
    """Members, categories, and a post from which `add` takes what all have in common."""
    from django.contrib.auth.models import Group

    from forum.models import Category, Post, Topic, User

    members = range(1, search_corpus.AUTHORS + 1)
    User.objects.bulk_create(
        (User(pk=number, username=f"member{number}", password="!") for number in members),
        batch_size=BATCH,
    )
    staff = Group.objects.create(name="Staff")
    for number in range(1, search_corpus.CATEGORIES + 1):
        category = Category.objects.create(pk=number, name=f"Category {number}")
        if number in search_corpus.PRIVATE:
            category.readers.add(staff)
    Topic.objects.bulk_create([Topic(pk=PATTERN, author_id=1, category_id=1, slug="topic")])
    Post.objects.bulk_create([Post(pk=PATTERN, topic_id=PATTERN, author_id=1, number=1, change=1)])


def postponed(cursor):
    """Drop PostgreSQL's index of keys. Returns the statement that builds it, which takes a tenth of
    the time once all entries are there.
    """
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_entry_keys'")
    statement = cursor.fetchone()[0]
    cursor.execute("DROP INDEX search_entry_keys")
    return statement


def add(rows, cursor):
    from django.db import connection

    from forum.models import Post, Topic
    from forum.search.indexing import version
    from forum.search.models import Entry

    times = [connection.ops.adapt_datetimefield_value(row.at) for row in rows]
    columns = ("id", "category_id", "author_id", "title", "created_at")
    topics = [
        (row.topic, row.category, row.author, row.title, at)
        for row, at in zip(rows, times, strict=True)
        if row.number == 1
    ]
    cursor.executemany(copying(Topic, columns), topics)
    columns = ("id", "topic_id", "author_id", "number", "change", "created_at", "body", "html")
    posts = [
        (
            *(row.pk, row.topic, row.author, row.number, row.number, at),
            *(row.text, f"<p>{escape(row.text)}</p>", str(row.pk)),
        )
        for row, at in zip(rows, times, strict=True)
    ]
    cursor.executemany(copying(Post, (*columns, "token")), posts)
    Entry.objects.bulk_create(
        Entry(post_id=row.pk, keys=row.keys, version=version()) for row in rows
    )


def copying(model, changed):
    """A statement that inserts a row with these columns given, and the others of the pattern."""
    table, columns = model._meta.db_table, [field.column for field in model._meta.concrete_fields]
    others = [column for column in columns if column not in changed]
    return (
        f"INSERT INTO {table} ({', '.join((*changed, *others))})"
        f" SELECT {', '.join(['%s'] * len(changed) + others)} FROM {table} WHERE id = {PATTERN}"
    )


def finish(totals, cursor):
    """Store counters, sequences and known words."""
    from django.core.management.color import no_style
    from django.db import connection

    from forum.models import Category, Post, Topic, User
    from forum.search.learning import count
    from forum.search.models import Progress

    Post.objects.filter(pk=PATTERN).delete()
    Topic.objects.filter(pk=PATTERN).delete()
    cursor.execute(
        "UPDATE forum_topic SET last_number = s.n, change = s.n, bumped_at = s.at,"
        " last_author_id = author_id FROM (SELECT topic_id, max(number) AS n,"
        " max(created_at) AS at FROM forum_post GROUP BY topic_id) s"
        " WHERE s.topic_id = forum_topic.id"
    )
    for statement in connection.ops.sequence_reset_sql(no_style(), [Category, Topic, Post, User]):
        cursor.execute(statement)
    count(totals.posts_by_word)
    Progress.objects.take("words").advance(totals.posts)


def check():
    """Stop if the entries are not those that the forum would have made."""
    from forum.models import Post
    from forum.search.reindexing import difference

    posts = Post.objects.select_related("topic", "search_entry")
    step = posts.count() // CHECKED
    for post in posts.filter(pk__in=range(1, CHECKED * step, step)):
        if wrong := difference(post):
            raise SystemExit(f"The entry of post {post.pk} is {wrong}.")
