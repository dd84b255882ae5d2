"""One database of `bench.search`: queries, the size of the index, and replies.

Run by bench.search, for PostgreSQL with a server that the environment names (PGHOST etc.).
"""

import gzip
import http.client
import pickle
import random
import sys
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from statistics import mean, median, quantiles
from urllib.parse import quote, urlsplit

from bench import visits
from bench.databases import ask_server, database_pid, new_database
from bench.import_mbox import family
from bench.processes import cpu, cpu_of_family
from bench.report import record, title
from bench.site import prepared
from bench.stage import serve

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
QUERIES = 1000
MOST_WORDS = 4
REPLIES, TURNS = 300, 6
P95 = {"postgresql": 60, "sqlite": 100}  # F
COMMON_WORD, REPLY = 150, 8  # F
COMMON = 20  # times that the most common word is searched for
INDEX = 1.2  # times the texts' UTF-8
PIECE = 4  # characters of a text without blanks that are a word


def main():
    kind, folder = sys.argv[1], Path(sys.argv[2])
    with prepared(new_database(kind, "parley")) as address:
        from bench import search_forum

        totals = search_forum.Totals(*pickle.loads((folder / "totals").read_bytes()))  # noqa: S301
        search_forum.fill(folder / "rows", totals)
        measure(kind, address, folder / "rows", totals)


def measure(kind, address, path, totals):
    title(f"Search on {NAMES[kind]}, {totals.posts:,} posts")
    texts = sampled(path, totals.posts, QUERIES)
    record_size(kind, totals)
    with ExitStack() as stack:
        if kind == "postgresql":
            ask_server("CHECKPOINT")
        server = serve(stack, database_pid(kind), address)
        bare = serve(stack, None, application="bench.floor:application", path="/1/")
        reference = record_queries(kind, server, bare, list(queries(texts)), totals)
        record_replies(kind, server, texts[:REPLIES], reference)


def sampled(path, posts, count):
    """So many texts, at even distances."""
    from bench.search_forum import read

    return [row.text for row in islice(read(path), 0, None, max(1, posts // count))][:count]


def queries(texts, seed=2026):
    """A query for each text: one to four of its words, so that often few posts have all."""
    chance = random.Random(seed)  # noqa: S311
    for text in texts:
        words = sorted({word for word in text.split() if any(map(str.isalnum, word))})
        if len(words) < MOST_WORDS:
            words = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        yield " ".join(chance.sample(words, min(chance.randint(1, MOST_WORDS), len(words))))


def record_queries(kind, server, bare, asked, totals):
    """Returns F in ms."""
    reader = Visitor(server, cookie_of_reader())
    other = Visitor(bare)
    for typed in asked[: len(asked) // 20]:
        reader.search(typed)
    size = int(median(len(reader.search(typed)[1]) for typed in asked[:20]))
    spent, bare_spent, found = [], [], 0
    for typed in asked:
        taken, body = reader.search(typed)
        spent.append(taken)
        found += b'class="writings"' in gzip.decompress(body)
        bare_spent.append(other.get(f"/{size}/")[0])
    common_word = max(totals.posts_by_word, key=totals.posts_by_word.get)
    common = median(reader.search(common_word)[0] for _ in range(COMMON))
    f = mean(bare_spent)
    name = NAMES[kind]
    record(f"{name}: F, a bare view of {size:,} bytes", f, "ms CPU")
    record(
        f"{name}: search, 95 of 100 queries",
        quantiles(spent, n=20)[-1],
        "ms CPU",
        at_most=P95[kind],
        reference=f,
        of_reference=True,
    )
    record(f"{name}: search, median", median(spent), "ms CPU", reference=f)
    record(f"{name}: search, the most expensive", max(spent), "ms CPU", reference=f)
    record(
        f"{name}: search for “{common_word}”, the most common word",
        common,
        "ms CPU",
        at_most=COMMON_WORD,
        reference=f,
        of_reference=True,
    )
    record(f"{name}: queries that find something", 100 * found / len(asked), "%")
    return f


def cookie_of_reader():
    """Of a member who may not read the private categories."""
    from forum.models import User

    return visits.cookie_of(User.objects.create_user("reader1", "reader1@example.org"))


class Visitor:
    """Requests pages one at a time; measures the CPU of the server and its database for each."""

    def __init__(self, server, cookie=""):
        self.server = server
        self.connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=60)
        self.headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
        self.backends = []

    def search(self, typed):
        return self.get(f"/search/?q={quote(typed)}")

    def get(self, path):
        """(milliseconds of CPU, body as it was sent)."""
        if self.server.database and not self.backends:
            self._request("/search/?q=nothing")
            self.backends = family(self.server.database)
        before = self._clock()
        try:
            response, body = self._request(path)
        except ConnectionError:
            # The server has closed the connection, which was idle while the other one was asked.
            self.connection.close()
            before = self._clock()
            response, body = self._request(path)
        spent = (self._clock() - before) * 1000
        if response.status != 200:
            raise SystemExit(f"The server responded with {response.status} to {path}")
        return spent, body

    def _request(self, path):
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        return response, response.read()

    def _clock(self):
        return cpu(self.server.pid) + sum(map(cpu, self.backends))


def record_size(kind, totals):
    from django.db import connection

    with connection.cursor() as cursor:
        if kind == "postgresql":
            cursor.execute("SELECT pg_total_relation_size('search_entry')")
        else:
            cursor.execute(
                "SELECT sum(pgsize) FROM dbstat"
                " WHERE name = 'search_entry' OR name GLOB 'search_index_*'"
            )
        size = cursor.fetchone()[0]
    record(
        f"{NAMES[kind]}: entries and index",
        size / 2**20,
        "MiB",
        at_most=INDEX,
        reference=totals.size / 2**20,
        of_reference=True,
    )


def record_replies(kind, server, texts, f):
    from forum.models import Category, Topic, User

    name = NAMES[kind]
    writers = [User.objects.create_user(f"writer{n}", f"writer{n}@example.org") for n in range(4)]
    topic = Topic.start(writers[0], Category.objects.create(name="Here"), "A discussion", "So.")
    requests = visits.reply_requests(
        server.address,
        f"/t/{topic.pk}/reply/",
        f"/t/{topic.pk}/replies/",
        [visits.cookie_of(writer) for writer in writers],
        texts,
    )
    spent = server.measure(islice(requests, REPLIES), 600).total
    record(
        f"{name}: reply by form, one at a time",
        spent,
        "ms CPU",
        at_most=REPLY,
        reference=f,
        of_reference=True,
    )
    indexed, plain = compared(server.database, topic, writers[0], texts)
    record(f"{name}: Topic.reply", indexed, "ms CPU", reference=f)
    record(f"{name}: Topic.reply, without the index", plain, "ms CPU", reference=f)


def compared(database, topic, author, texts):
    """Milliseconds of CPU of Topic.reply, with and without indexing, in turn."""
    from forum.search.indexing import update_index
    from forum.signals import changing

    def connect():
        changing.connect(update_index, dispatch_uid="search")

    def disconnect():
        changing.disconnect(dispatch_uid="search")

    spent = {connect: [], disconnect: []}
    step = len(texts) // TURNS
    for turn in range(TURNS):
        for prepare, taken in spent.items():
            prepare()
            taken.append(replying(database, topic, author, texts[turn * step : (turn + 1) * step]))
    connect()
    return [median(taken) for taken in spent.values()]


def replying(database, topic, author, texts):
    def clock():
        return time.process_time() + (cpu_of_family(database) if database else 0)

    before = clock()
    for text in texts:
        topic.reply(author, text)
    return (clock() - before) * 1000 / len(texts)


if __name__ == "__main__":
    main()
