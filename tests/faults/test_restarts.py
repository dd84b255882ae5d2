"""SIGTERM: accepted requests are still answered, and sockets are closed with 1012."""

import contextlib
import json
import socket
import uuid

from django.db import transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from forum.models import Post, Topic
from tests.faults.conftest import FULL
from tests.faults.members import Member
from tests.faults.visitors import Visitor
from tests.support import world
from tests.support.polling import until

RESTARTS = 20 if FULL else 2
SENDERS = 5


def test_replies_in_progress_are_answered_and_pages_closed_with_1012(server):
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"))
    member = Member(ada, server.address).prepare()

    for _restart in range(RESTARTS):
        tokens = [uuid.uuid4().hex for _ in range(SENDERS)]
        with connect(server.address.replace("http", "ws") + "/ws/", origin=server.address) as page:
            watch(page, topic)
            with transaction.atomic():
                Topic.objects.locked(topic.pk)  # the replies wait for this
                under_way = [member.sends(topic, "Under way", token) for token in tokens]
                # so everything sent before has been read
                assert Visitor(server.address).gets("/").status == 200
                server.process.terminate()
                until(lambda: refuses(server))
            answers = [line.getresponse() for line in under_way]
            assert code_of(page) == 1012
        server.process.wait(15)
        server.start()

        assert [answer.status for answer in answers] == [302] * SENDERS
        led_to = {int(answer.headers["Location"].rpartition("#post-")[2]) for answer in answers}
        assert led_to == set(Post.objects.filter(token__in=tokens).values_list("number", flat=True))


def watch(page, topic):
    page.send(json.dumps({"type": "watch", "topic": topic.pk, "epoch": "", "change": 0}))
    assert json.loads(page.recv(10))["type"] == "reload"


def code_of(page):
    with contextlib.suppress(ConnectionClosed):
        while page.recv(10):
            pass
    return page.close_code


def refuses(server):
    try:
        socket.create_connection(("127.0.0.1", server.port), 1).close()
    except OSError:
        return True
    return False
