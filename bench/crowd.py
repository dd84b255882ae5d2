"""The forum that pages are measured on: a real mailing list, and topics of 100 to 20,000 posts.

The long topics repeat the same twenty texts, one page's worth, so that all their pages have the
same size. The rest are copies of the imported topics with a short text in each post, created by the
database in seconds. `python -m bench.crowd 1000000` fills the forum at DATABASE_URL.
"""

import math
import os
import random
import subprocess
import sys
from datetime import timedelta

from bench.import_mbox import ROOT
from bench.weight import text

READERS = 8
PASSWORD = "correct horse battery staple"  # noqa: S105
SHORT = (
    "<p>"
    + "A short text, one of very many that stand between those that are looked at. " * 3
    + "</p>"
)
NEW_TOKEN = {
    "postgresql": "replace(gen_random_uuid()::text, '-', '')",
    "sqlite": "lower(hex(randomblob(16)))",
}
COUNT_UP = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"


def gather(archives, lengths):
    """Fill an empty forum. Returns people, topics, and the bodies of the twenty texts."""
    from allauth.account.models import EmailAddress

    from forum.models import Category, Reading, Topic, User

    import_posts(archives)
    ada = User.objects.create_user("ada", "ada@example.org", PASSWORD, name="Ada Lovelace")
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    readers = [
        User.objects.create_user(f"reader{n}", f"reader{n}@example.org")
        for n in range(1, READERS + 1)
    ]
    imported = Category.objects.get(name="Imported")
    for name in ("Announcements", "Show & tell", "Ideas"):
        Category.objects.create(name=name)
    read = Topic.objects.filter(category=imported).order_by("-bumped_at")[:200:2]
    Reading.objects.bulk_create(
        Reading(user=readers[0], topic=topic, number=topic.last_number) for topic in read
    )
    texts = typical_texts()
    topics = [long_topic(ada, imported, texts, length) for length in lengths]
    return {
        "ada": ada,
        "readers": readers,
        "short": topics[0],
        "long": topics[-1],
        "busy": long_topic(ada, imported, texts, 1),
        "texts": [body for body, _html in texts],
    }


def import_posts(archives):
    """Import the mailing list; without one, create 300 posts of random words."""
    if archives:
        command = [
            sys.executable,
            "manage.py",
            "import_mbox",
            *map(str, archives),
            "--category",
            "Imported",
        ]
        subprocess.run(
            command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return
    from forum.models import Category, Topic, User

    chance = random.Random(2026)  # noqa: S311
    people = [User.objects.create_user(f"writer{n}", f"writer{n}@example.org") for n in range(30)]
    imported = Category.objects.create(name="Imported")
    for n in range(30):
        topic = Topic.start(people[n], imported, f"Question number {n}", text(chance))
        for _reply in range(9):
            topic.reply(chance.choice(people), text(chance))


def typical_texts():
    """Twenty texts, at even quantiles of length: [(body, HTML)]."""
    from forum.models import Post

    posts = list(Post.objects.order_by("pk").values_list("body", "html"))
    posts.sort(key=lambda post: len(post[1]))
    return [posts[int((n + 0.5) * len(posts) / 20)] for n in range(20)]


def long_topic(author, category, texts, length):
    from django.db import transaction

    from forum.models import Post, Topic, User

    with transaction.atomic():
        topic = Topic.objects.create(
            author=author, category=category, title=f"A discussion of {length:,} posts"
        )
        for first in range(1, length + 1, 1000):
            numbers = range(first, min(first + 1000, length + 1))
            Post.objects.bulk_create(
                _numbered(Post, topic, author, texts, number) for number in numbers
            )
        last = topic.posts.get(number=length)
        numbers = {
            "last_number": length,
            "change": length,
            "bumped_at": last.created_at,
            "last_author": author,
        }
        Topic.objects.filter(pk=topic.pk).update(**numbers)
        User.objects.filter(pk=author.pk).update(posts_count=author.posts.count())
    topic.refresh_from_db()
    return topic


def _numbered(Post, topic, author, texts, number):
    body, html = texts[number % len(texts)]
    at = topic.created_at - timedelta(days=30) + timedelta(seconds=number)
    return Post(
        topic=topic,
        author=author,
        number=number,
        change=number,
        body=body,
        html=html,
        created_at=at,
    )


def fill(posts_in_all):
    """Copy the imported topics, with valid counters, up to about `posts_in_all` posts."""
    from django.core.management.color import no_style
    from django.db import connection, transaction
    from django.db.models import Max

    from forum.models import Post, Topic, User
    from forum.search.models import Progress

    stride = User.objects.get(username="ada").topics.aggregate(last=Max("pk"))["last"]
    originals = Post.objects.filter(topic__lte=stride).exclude(topic__author__username="ada")
    missing = posts_in_all - Post.objects.count()
    first = Topic.objects.aggregate(last=Max("pk"))["last"] // stride + 1
    last = first + math.ceil(missing / originals.count()) - 1
    if last < first:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _copying(Topic, Post, stride, first, last, NEW_TOKEN[connection.vendor]):
            cursor.execute(statement)
        for statement in connection.ops.sequence_reset_sql(no_style(), [Topic]):
            cursor.execute(statement)
    with transaction.atomic():  # or workers would go through them, 10,000 a minute
        Progress.objects.take("words").advance(Post.objects.aggregate(last=Max("pk"))["last"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _copying(Topic, Post, stride, first, last, new_token):
    from forum.models import User

    originals = f"t.id <= {stride} AND t.author_id <> {User.objects.get(username='ada').pk}"
    count_up = COUNT_UP.format(first=first, last=last)
    of_topic, topic = _columns(
        Topic, id=f"t.id + n.i * {stride}", epoch=f"substr({new_token}, 1, 8)"
    )
    yield (
        f"INSERT INTO forum_topic ({of_topic}) {count_up} SELECT {topic} FROM n"
        f" CROSS JOIN forum_topic t WHERE {originals} ORDER BY n.i, t.id"
    )
    short = {"body": "'Short.'", "html": f"'{SHORT}'", "token": new_token}
    of_post, post = _columns(Post, id=None, topic_id=f"t.topic_id + n.i * {stride}", **short)
    yield (
        f"INSERT INTO forum_post ({of_post}) {count_up} SELECT {post} FROM n"
        f" CROSS JOIN forum_post t WHERE t.topic_id IN"
        f" (SELECT id FROM forum_topic t WHERE {originals}) ORDER BY n.i, t.topic_id, t.number"
    )
    yield (
        "UPDATE forum_user SET posts_count = (SELECT count(*) FROM forum_post"
        " WHERE author_id = forum_user.id AND hidden_at IS NULL)"
    )


def _columns(model, **changed):
    """(columns, values) for copying row `t`; columns changed to None are left to the database."""
    columns = [field.column for field in model._meta.concrete_fields]
    columns = [column for column in columns if changed.get(column, "") is not None]
    values = [changed.get(column) or f't."{column}"' for column in columns]
    return ", ".join(f'"{column}"' for column in columns), ", ".join(values)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    import django

    django.setup()
    fill(int(sys.argv[1]))
