"""Concurrent writes to a SQLite forum during backups: delays and failures.

20 replies per second by form, from 20 members to 20 topics, on a forum of 20,000 posts, during
consecutive backups with `nice`, as recommended in docs/backups.md. 1,000 replies, or with FULL=1
the 10,000 of the guarantee (500 seconds).
"""

import http.client
import os
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from bench.report import record, title
from bench.site import ROOT, prepared, serving

WRITES = 10_000 if os.environ.get("FULL") == "1" else 1_000
PEOPLE, A_SECOND = 20, 20
STORED = 20_000  # existing posts


def main():
    title(
        f"{WRITES:,} writes at {A_SECOND} a second from {PEOPLE} people, SQLite, with backups"
        " running"
    )
    with prepared() as address, tempfile.TemporaryDirectory() as folder:
        sessions = forum(address)
        compare_ways(Path(folder))
        log = Path(folder) / "log"
        with logged(log), serving(address), backing_up(Path(folder)) as copies:
            answers = write(address, sessions)
        record_all(answers, log.read_text(), copies, stored())


def forum(address):
    """A topic of 1,000 posts for each of the members; returns their sessions."""
    from forum.models import Category, Post, Topic, User
    from tests.browser.people import session_cookie

    help_ = Category.objects.create(name="Help")
    sessions = []
    for n in range(PEOPLE):
        member = User.objects.create(username=f"member{n}")
        topic = Topic.start(member, help_, f"Topic {n}", "Let us see.")
        first = topic.posts.get()
        Post.objects.bulk_create(
            Post(
                topic=topic,
                author=member,
                number=number,
                change=number,
                body="Words. " * 90,
                html=first.html * 20,
            )
            for number in range(2, STORED // PEOPLE + 1)
        )
        Topic.objects.filter(pk=topic.pk).update(
            last_number=STORED // PEOPLE, change=STORED // PEOPLE
        )
        sessions.append(session_cookie(member, address)["value"])
    return sessions


def compare_ways(folder):
    """Compare copying pages with VACUUM INTO, without concurrent writes."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    with (
        closing(sqlite3.connect(name)) as source,
        closing(sqlite3.connect(folder / "pages")) as copy,
    ):
        pages = timed(source.backup, copy, pages=2000)
        vacuum = timed(source.execute, f"VACUUM INTO '{folder}/vacuumed'")
    record("copying all pages of that forum", pages, "ms", reference=round(vacuum, 1))


def timed(act, *arguments, **options):
    started = time.perf_counter()
    act(*arguments, **options)
    return (time.perf_counter() - started) * 1000


class logged:
    """Redirects the standard error of processes started in the block to a file."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.file, self.before = self.path.open("w"), os.dup(2)
        os.dup2(self.file.fileno(), 2)

    def __exit__(self, *_):
        os.dup2(self.before, 2)
        os.close(self.before)
        self.file.close()


class backing_up:
    """Runs `manage.py backup` continuously; yields the list of durations in milliseconds."""

    def __init__(self, folder):
        self.folder, self.took, self.over = folder, [], threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self.took

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _run(self):
        while not self.over.is_set():
            path = self.folder / "copy.sqlite3"
            command = ["nice", sys.executable, "manage.py", "backup", str(path)]
            self.took.append(
                timed(subprocess.run, command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            )
            path.unlink()


def write(address, sessions):
    """Write all replies: [(status, milliseconds since it was due)]."""
    answers, start = [], time.monotonic() + 0.5
    people = [
        threading.Thread(target=one_person, args=(address, place, session, start, answers))
        for place, session in enumerate(sessions)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return answers


def one_person(address, place, session, start, answers):
    wire, csrf = (
        http.client.HTTPConnection(address.rpartition("/")[2], timeout=60),
        secrets.token_hex(16),
    )
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={csrf}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    for n in range(place, WRITES, PEOPLE):
        due = start + n / A_SECOND
        time.sleep(max(due - time.monotonic(), 0))
        form = {
            "body": f"Reply **{n}** with some words.",
            "token": secrets.token_hex(16),
            "csrfmiddlewaretoken": csrf,
        }
        wire.request("POST", f"/t/{place + 1}/replies/", urlencode(form), headers)
        answer = wire.getresponse()
        answer.read()
        answers.append((answer.status, (time.monotonic() - due) * 1000))


def stored():
    """The number of replies in the database."""
    from forum.models import Post

    return Post.objects.filter(body__startswith="Reply **").count()


def record_all(answers, log, copies, stored):
    times = sorted(taken for _status, taken in answers)
    locked = len(re.findall("database is locked", log))
    record("“database is locked”", locked, "times", at_most=0)
    record("replies that were not taken", WRITES - stored, "replies", at_most=0)
    record(
        "of those that were, not told so",
        stored - sum(status == 302 for status, _ in answers),
        "replies",
        at_most=0,
    )
    record("reply by form, median", times[len(times) // 2], "ms")
    record("reply by form, 99 of 100", times[int(len(times) * 0.99)], "ms", at_most=500)
    record("the slowest of them", times[-1], "ms")
    record("backups that were made meanwhile", len(copies), "backups", at_least=1)
    record("a backup under that load, the slowest", max(copies), "ms")


if __name__ == "__main__":
    main()
