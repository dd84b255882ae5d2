"""A program that forks members who change posts and topics until they are killed (kill -9).

Reads a seed from each line of stdin. Prints a line once its member is dead.
"""

import os
import random
import signal
import subprocess
import sys
import time

from tests.support.server import ROOT

LONGEST = 0.3  # seconds between a member's first change and death
WORDS = ("tea", "coffee", "café", "寿司", "node.js", "running", "antenna", "Größe")


class Restless:
    """The program as a subprocess. `environment` is that of a Server."""

    def __init__(self, environment):
        command = [sys.executable, "-m", "tests.faults.restless"]
        self.program = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def dies(self, seed):
        """Returns when a member has changed something, and is dead."""
        self.program.stdin.write(f"{seed}\n")
        self.program.stdin.flush()
        assert self.program.stdout.readline() == "dead\n"

    def stop(self):
        self.program.communicate()


def main():
    """Sets up Django once, without a database connection: each member opens their own."""
    import django

    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    for line in sys.stdin:
        chance = random.Random(int(line))
        receiver, sender = os.pipe()
        member = os.fork()
        if not member:
            change_until_killed(chance, sender)
        os.close(sender)
        has_changed = os.read(receiver, 1)
        os.close(receiver)
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(member, signal.SIGKILL)
        was_killed = os.WTERMSIG(os.waitpid(member, 0)[1]) == signal.SIGKILL
        print("dead" if has_changed and was_killed else "failed", flush=True)


def change_until_killed(chance, sender):
    while True:
        change(chance)
        os.write(sender, b".")


def change(chance):
    from forum.models import Category, Topic, User

    author = User.objects.get()
    category = chance.choice(Category.objects.order_by("pk"))
    topic = chance.choice(Topic.objects.order_by("pk"))
    post = chance.choice(topic.posts.order_by("pk"))
    chance.choice(
        [
            lambda: Topic.start(author, category, text(chance), text(chance)),
            lambda: topic.reply(author, text(chance)),
            lambda: post.edit(author, text(chance)),
            lambda: post.hide(author),
            lambda: post.restore(),
            lambda: topic.rename(text(chance)),
            lambda: topic.move(category),
        ]
    )()


def text(chance):
    return " ".join(chance.choices(WORDS, k=4))


if __name__ == "__main__":
    main()
