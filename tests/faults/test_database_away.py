"""PostgreSQL dead, hung or full: an error page in time with the text, and recovery by itself."""

import json
import threading
import time
import uuid

import psycopg
import pytest
from websockets.sync.client import connect

from tests.faults.visitors import Visitor
from tests.support import separate_process
from tests.support.postgresql import PostgreSQL
from tests.support.server import Server

pytestmark = pytest.mark.once  # the database of these is their own

TEXT = "Tea & <b>cake</b>"
SHOWN = "Tea &amp; &lt;b&gt;cake&lt;/b&gt;"


@pytest.fixture(scope="module")
def postgresql():
    server = PostgreSQL().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def forum(postgresql, collected):
    """A server on it, with Ada signed in and a topic of hers."""
    made = separate_process.forum_in(postgresql.url)
    server = Server(
        "uvicorn", DATABASE_URL=postgresql.url, DATABASE_POOL="6", STATIC_ROOT=collected
    ).start()
    ada = Visitor(server.address, made["session"]).fetches_form("/profile/")
    yield ada, made["topic"]
    server.stop()


@pytest.fixture
def ada(forum, postgresql):
    yield forum[0]
    postgresql.thaw()


@pytest.fixture
def topic(forum):
    return forum[1]


def until(condition, deadline=20):
    started = time.monotonic()
    while not (result := condition()):
        assert time.monotonic() < started + deadline, "it did not come to pass"
        time.sleep(0.1)
    return result


def refused_with_the_text(answer):
    return answer.status == 503 and answer.headers["Retry-After"] and SHOWN in answer.text


def test_a_dead_database_leads_to_an_error_page_with_the_text(postgresql, ada, topic):
    assert ada.replies(topic, "Before").status == 302

    postgresql.kill()
    answers = [ada.replies(topic, TEXT) for _ in range(3)]
    pages = [ada.gets("/"), Visitor(ada.address).gets(f"/t/{topic}/")]
    postgresql.start()

    assert all(map(refused_with_the_text, answers))
    assert [page.status for page in pages] == [503, 503]
    until(lambda: ada.replies(topic, TEXT).status == 302)


def test_a_hung_database_delays_nobody_for_long(postgresql, ada, topic):
    answers, token = [], uuid.uuid4().hex
    assert ada.gets("/").status == 200

    postgresql.freeze()
    crowd = [
        threading.Thread(target=lambda: answers.append(ada.replies(topic, TEXT))) for _ in range(20)
    ]
    for member in crowd:
        member.start()
    answers.append(ada.replies(topic, TEXT, token))
    for member in crowd:
        member.join(30)
    live, ready = ada.gets("/health/live"), ada.gets("/health/ready")
    postgresql.thaw()

    assert len(answers) == 21
    assert all(map(refused_with_the_text, answers))
    assert live.status == 200
    assert ready.status == 503
    assert json.loads(ready.text)["checks"]["database"] != "ok"
    led = {
        until(
            lambda: (a := ada.replies(topic, TEXT, token)).status == 302 and a.headers["Location"]
        )
    }
    led.add(ada.replies(topic, TEXT, token).headers["Location"])
    assert len(led) == 1
    assert until(lambda: ada.gets("/health/ready")).status == 200


def test_a_page_whose_database_hangs_midway_gets_a_response(postgresql, ada, topic):
    """The topic's row is locked, so the reply waits in the middle of its transaction."""
    with psycopg.connect(postgresql.url) as other:
        other.execute("SELECT 1 FROM forum_topic WHERE id = %s FOR UPDATE", [topic])
        slow = ada.replies(topic, TEXT)
        others = Visitor(ada.address).gets("/")  # a page that is only slow is no outage
        other.rollback()

    assert refused_with_the_text(slow)
    assert others.status == 200
    assert ada.replies(topic, TEXT).status == 302


def test_without_free_connections_an_error_page_is_shown(postgresql, ada, topic):
    held = []

    def takes_all():
        try:
            held.append(psycopg.connect(postgresql.url, autocommit=True))
            held[0].execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND NOT pid = ANY(%s)",
                [[one.info.backend_pid for one in held]],
            )
        except psycopg.OperationalError:
            return refused_with_the_text(ada.replies(topic, TEXT))

    try:
        until(takes_all)
    finally:
        for one in held:
            one.close()
    until(lambda: ada.replies(topic, TEXT).status == 302)


def test_sockets_stay_open_and_get_posts_written_meanwhile(postgresql, ada, topic):
    head = json.loads(ada.gets(f"/t/{topic}/changes?epoch=unknown&since=0").text)
    with connect(ada.address.replace("http", "ws") + "/ws/", origin=ada.address) as page:
        page.send(
            json.dumps(
                {"type": "watch", "topic": topic, "epoch": head["epoch"], "change": head["change"]}
            )
        )
        assert json.loads(page.recv(10))["type"] == "changes"

        postgresql.freeze()
        assert ada.replies(topic, TEXT).status == 503
        postgresql.thaw()
        until(lambda: ada.replies(topic, "Back again").status == 302)

        assert until(lambda: "Back again" in page.recv(20))
