"""The cost of digests: CPU for each member who gets one, beside a bare Django view.

SQLite, in this process; DIGESTS=100000 for the full size. Each member has notices of twelve posts
in six topics, whose posts have the words of the corpus. The emails go into the outbox, which is
emptied in between. The view (`bench.floor`) is that of a process of its own.
"""

import os
import random
import time
from itertools import islice
from statistics import median

from bench import search_corpus
from bench.processes import memory
from bench.report import record, title
from bench.site import prepared
from bench.standing_searches import view

MEMBERS = int(os.environ.get("DIGESTS", "1000"))
TOPICS, POSTS, TOPICS_OF_EACH, POSTS_OF_EACH = 50, 20, 6, 2
ROUNDS = 5
MOST = 7  # bare views
MOST_GROWTH = 20  # MB


def main():
    with prepared():
        title(f"digests of {MEMBERS:,} members")
        fill()
        floors, costs = [], []
        begun = 0
        for _ in range(ROUNDS):
            floors.append(view())
            costs.append(write(MEMBERS // ROUNDS))
            begun = begun or memory(os.getpid())
        growth = memory(os.getpid()) - begun
    floor = median(floors)
    record("bare Django view (F)", floor, "ms CPU")
    record(
        "a member's digest",
        median(costs),
        "ms CPU",
        reference=floor,
        at_most=MOST,
        of_reference=True,
    )
    record("memory after all, above that after a fifth", growth, "MB", at_most=MOST_GROWTH)


def fill():
    from allauth.account.models import EmailAddress
    from django.utils import timezone

    from forum.models import Category, CategoryLevel, Level, Topic, User
    from forum.notifications.models import Digest, Event, Notice

    chance, texts = random.Random(2026), (one.text for one in search_corpus.posts(10**9))
    category = Category.objects.create(name="Help")
    author = User.objects.create_user("author", "a@example.org")
    topics = []
    for n in range(TOPICS):
        topic = Topic.start(author, category, f"Topic number {n}", next(texts))
        topics.append([topic.reply(author, text) for text in islice(texts, POSTS)])
    Event.objects.all().delete()
    for begin in range(0, MEMBERS, 1000):
        some = range(begin, min(begin + 1000, MEMBERS))
        User.objects.bulk_create(
            User(username=f"member{n}", email=f"{n}@example.org", password="!") for n in some
        )
        members = list(User.objects.order_by("-pk")[: len(some)])
        EmailAddress.objects.bulk_create(
            EmailAddress(user=one, email=one.email, primary=True, verified=True) for one in members
        )
        CategoryLevel.objects.bulk_create(
            CategoryLevel(member=one, category=category, level=Level.WATCHING) for one in members
        )
        Digest.objects.bulk_create(Digest(member=one, due_at=timezone.now()) for one in members)
        Notice.objects.bulk_create(
            Notice(
                member=one,
                kind="post",
                event=f"post:{post.pk}",
                merge=f"post:{post.topic_id}",
                topic_id=post.topic_id,
                post=post,
                number=post.number,
                by=author,
            )
            for one in members
            for posts in chance.sample(topics, TOPICS_OF_EACH)
            for post in chance.sample(posts, POSTS_OF_EACH)
        )


def write(members):
    """Milliseconds of CPU for each of so many members."""
    from forum.mail.models import Mail
    from forum.notifications.mailing import digests

    spent, before = 0.0, Mail.objects.count()
    for _ in range(members // digests.BATCH):
        began = time.process_time()
        digests.write_batch()
        spent += time.process_time() - began
        assert Mail.objects.count() == before + digests.BATCH
        Mail.objects.all().delete()
        before = 0
    return spent * 1000 / members


if __name__ == "__main__":
    main()
