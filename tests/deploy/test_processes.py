"""Two processes are one forum, and they can be replaced while people write."""

import os
import signal
import threading
import uuid

import pytest
from websockets.exceptions import ConnectionClosed

from forum.models import Post
from tests.deploy.site import until
from tests.deploy.visitors import answer, watch
from tests.support import world


def test_a_post_through_one_process_reaches_pages_of_both(site, visit, topic, ada):
    workers = site.workers()
    pages = [page_served_by(worker, workers, visit(ada, site.address)) for worker in workers]
    for page in pages:
        watch(page, topic)

    writer = visit(ada)
    writer.opens_form("/profile/")
    writer.replies(topic, "To both.")

    for page in pages:
        assert answer(page, "post_update")["change"] == topic.change + 1


def page_served_by(worker, workers, visitor):
    """A socket that only this process can have taken, as the others sleep; past the proxy, which
    reuses connections.
    """
    others = [pid for pid in workers if pid != worker]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        return visitor.opens_socket()
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def test_replacing_the_processes_loses_no_post_and_doubles_none(site, visit, topic):
    before = set(site.workers())
    writers = [
        Writer(visit(world.member(name)), topic) for name in ("mary", "edsger", "alan", "barbara")
    ]
    for writer in writers:
        writer.start()
    until(lambda: all(writer.statuses for writer in writers))

    site.process.send_signal(signal.SIGHUP)
    until(lambda: len(site.workers()) == 2 and not before & set(site.workers()))
    after = [len(writer.statuses) for writer in writers]
    until(lambda: all(len(w.statuses) > n + 2 for w, n in zip(writers, after, strict=True)))
    for writer in writers:
        writer.stop()

    assert {status for writer in writers for status in writer.statuses} == {302}
    sent = [token for writer in writers for token in writer.tokens]
    assert sorted(Post.objects.filter(number__gt=1).values_list("token", flat=True)) == sorted(sent)


class Writer(threading.Thread):
    """Writes one post after the other until told to stop; each is sent once."""

    def __init__(self, visitor, topic):
        super().__init__(daemon=True)
        self.visitor, self.topic, self.ending = visitor, topic, threading.Event()
        self.tokens, self.statuses = [], []
        visitor.opens_form("/profile/")

    def run(self):
        while not self.ending.is_set():
            self.tokens.append(uuid.uuid4().hex)
            answered = self.visitor.replies(self.topic, f"Post {len(self.tokens)}", self.tokens[-1])
            self.statuses.append(answered.status)

    def stop(self):
        self.ending.set()
        self.join(30)


def test_a_process_that_died_is_replaced(site, visit, topic):
    victim = site.workers()[0]

    os.kill(victim, signal.SIGKILL)

    until(lambda: len(site.workers()) == 2 and victim not in site.workers())
    assert visit().get(topic.get_absolute_url()).status == 200


def test_when_the_site_stops_sockets_are_closed_with_1012_and_it_comes_back(site, visit, topic):
    page = visit().opens_socket()
    watch(page, topic)

    site.stop()

    with pytest.raises(ConnectionClosed) as closed:
        answer(page, "nothing that it would still say")
    assert closed.value.rcvd.code == 1012
    assert site.process.returncode == 0
    site.start()
    assert visit().get(topic.get_absolute_url()).status == 200
