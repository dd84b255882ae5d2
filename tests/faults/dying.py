"""A program that forks writers, which are killed (kill -9) at a named point of their reply.

Reads lines "topic author token point" from stdin. Once that writer is dead, prints its token.
"""

import gc
import os
import signal
import subprocess
import sys

from tests.support.server import ROOT

POINTS = {  # name: whether the reply is there afterwards
    "before the numbers": False,  # the post is written, the counters of its topic are not
    "before the commit": False,
    "after the commit": True,  # and before publishing
    "after publishing": True,
}


class Writers:
    """The program as a subprocess. `environment` is that of a Server."""

    def __init__(self, environment):
        command = [sys.executable, "-m", "tests.faults.dying"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.program = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, **pipes
        )

    def dies(self, topic, author, token, point):
        """Returns when the writer is dead. `topic` and `author` are ids."""
        self.program.stdin.write(f"{topic} {author} {token} {list(POINTS).index(point)}\n")
        self.program.stdin.flush()
        assert self.program.stdout.readline().strip() == token

    def stop(self):
        self.program.communicate()


def main():
    """Sets up Django once, without a database connection: each writer opens its own."""
    import django

    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    is_warm = False
    for line in sys.stdin:
        topic, author, token, point = line.split()
        if not is_warm:
            warm_up(int(topic))
            is_warm = True
        writer = os.fork()
        if not writer:
            reply_and_die(int(topic), int(author), token, list(POINTS)[int(point)])
        status = os.waitpid(writer, 0)[1]
        print(
            token if os.WTERMSIG(status) == signal.SIGKILL else f"not killed: {status}", flush=True
        )


def warm_up(topic):
    """Initialises everything lazy, once for all writers."""
    from dataclasses import replace

    from django.db import connection

    from forum import markdown
    from forum.models import Topic
    from realtime.protocol.delivery import Audience
    from realtime.publishing import publisher

    markdown.render("My last words.")
    topic = Topic.objects.get(pk=topic)
    first = topic.posts.first()
    deliveries = publisher.messages("created", topic, first.pk)
    publisher.publish([replace(delivery, audience=Audience("nobody")) for delivery in deliveries])
    connection.close()
    gc.freeze()  # or every fork would copy these objects


def reply_and_die(topic, author, token, point):
    from django.db import connection

    from forum.models import Topic, User

    commit = connection._commit

    def dying():
        if point == "before the commit":
            die()
        commit()
        if point == "after the commit":
            die()

    connection._commit = dying
    if point == "before the numbers":
        Topic.save_numbers = die
    Topic.objects.get(pk=topic).reply(User.objects.get(pk=author), "My last words.", token)
    if point == "after publishing":
        die()
    os._exit(1)


def die(*_who):
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
