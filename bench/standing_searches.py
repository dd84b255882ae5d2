"""The cost of saved searches: CPU of posting and of matching a post, beside a bare Django view.

SQLite, in this process. 10,000 searches for two words each, of which one is in one post of
5,000 and the other in any; by 200 members. Posts have the words of the corpus. The view
(`bench.floor`) is that of a process of its own, measured in between.
"""

import itertools
import random
import subprocess
import time
from itertools import islice
from statistics import median

from bench import search_corpus
from bench.load import get, load
from bench.processes import cpu
from bench.report import record, title
from bench.site import free_port, prepared, serving

SEARCHES, MEMBERS, POSTS, ROUNDS = 10_000, 200, 100, 5
VIEW_SECONDS = 2
MOST = 7  # bare views


def main():
    with prepared():
        title(f"a post and {SEARCHES:,} saved searches")
        author, category, texts = fill()
        floors, posting, plain, matching, matches = [], [], [], [], 0
        for _ in range(ROUNDS):
            floors.append(view())
            posting.append(cpu_ms(lambda: post(author, category, islice(texts, POSTS))))
            matching.append(cpu_ms(match))
        matches = count_matches()
        forget_searches()
        plain = [cpu_ms(lambda: post(author, category, islice(texts, POSTS))) for _ in floors]
    floor = median(floors)
    record("bare Django view (F)", floor, "ms CPU")
    record("Topic.reply", median(plain), "ms CPU", reference=floor)
    record("the same with saved searches", median(posting), "ms CPU", reference=floor)
    record(
        "matching a post with all of them",
        median(matching),
        "ms CPU",
        reference=floor,
        at_most=MOST,
        of_reference=True,
    )
    record("matches of a post", matches / POSTS / ROUNDS, "")


def fill():
    """10,000 searches, posts with the words of the corpus, and a stream of texts to post."""
    from forum.models import Category, User
    from forum.search import standing
    from forum.search.learning import count, known_words

    chance, texts = random.Random(2026), (one.text for one in search_corpus.posts(10**9))
    learned = list(islice(texts, 5000))
    standing.MOST = SEARCHES
    category = Category.objects.create(name="Help")
    author = User.objects.create_user("author", "a@example.org")
    post(author, category, learned[:2000])  # so that it is known how frequent words are
    members = [User.objects.create_user(f"member{n}", f"{n}@example.org") for n in range(MEMBERS)]
    common = known_words(learned)
    count(common)
    rare = sorted(word for word, posts in common.items() if posts == 1)
    rare = rare or sorted(common)  # without the corpus there are few words
    for n in range(SEARCHES):
        words = [word for word in chance.choice(learned).split() if word.isalpha()]
        other = chance.choice(words or rare)
        standing.save(members[n % MEMBERS], f"{chance.choice(rare)} {other}")
    return author, category, texts


def post(author, category, texts):
    from forum.models import Topic

    topic = Topic.start(author, category, "Title", "Text")
    for text in texts:
        topic.reply(author, text)


def match():
    from forum.search.standing import match_posts

    match_posts()


def count_matches():
    from forum.search.models import Match

    return Match.objects.count()


def forget_searches():
    from forum.search.models import StandingSearch

    StandingSearch.objects.all().delete()


def cpu_ms(work):
    """Milliseconds of CPU for each of POSTS."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000 / POSTS


def view():
    """Milliseconds of CPU of the bare view."""
    address = f"http://127.0.0.1:{free_port()}"
    floor = serving(address, "bench.floor:application", path="/1/", log=subprocess.DEVNULL)
    with floor as server:
        marks = []
        done = load(
            address,
            itertools.repeat(get("/1000/")),
            VIEW_SECONDS,
            around=lambda: marks.append(cpu(server.pid)),
        )
    return (marks[1] - marks[0]) * 1000 / len(done.times)


if __name__ == "__main__":
    main()
