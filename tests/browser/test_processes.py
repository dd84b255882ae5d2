"""Several processes serve one forum: PostgreSQL and Redis between them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.browser.people import Person
from tests.realtime.conftest import redis_server  # noqa: F401 - a Redis of their own
from tests.support import world
from tests.support.server import Server

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="of several processes: in the other column"
)


@pytest.fixture
def processes(transactional_db, collected):
    """A function that starts so many, with what it is told of Redis."""
    servers = []

    def start(number, redis):
        servers.extend(
            Server("uvicorn", STATIC_ROOT=collected, REDIS_URL=redis) for _ in range(number)
        )
        with ThreadPoolExecutor(number) as threads:
            return list(threads.map(Server.start, servers))

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def visits(chromium):
    """A function that gives somebody at one of the processes."""
    people = []

    def arrive(server, user=None):
        people.append(Person(chromium, server.address, user))
        return people[-1]

    yield arrive
    for person in people:
        person.leave()


def replies(person, topic, text):
    person.sends(f"/t/{topic.pk}/replies/", body=text, token=world.token())


def sees(person, text):
    person.page.locator(".post", has_text=text).wait_for()


def test_people_at_any_process_see_what_others_write_at_another(
    processes,
    visits,
    redis_server,  # noqa: F811
):
    writer = world.member("ada")
    topic = world.topic(writer, world.category("Help"))
    servers = processes(3, redis_server.address)
    readers = [visits(server) for server in servers]
    for reader in readers:
        reader.opens_live(topic)
    writers = [visits(server, writer) for server in servers]

    for n, person in enumerate(writers):
        replies(person, topic, f"Written at process {n}.")
        for reader in readers:
            sees(reader, f"Written at process {n}.")

    readers[0].hurries()
    servers[0].kill()
    replies(writers[-1], topic, "Written while one was gone.")
    sees(readers[-1], "Written while one was gone.")
    servers[0].start()
    sees(readers[0], "Written while one was gone.")


def test_without_redis_they_learn_of_it_from_the_database(processes, visits):
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"))
    one, other = processes(2, "")
    reader, writer = visits(one), visits(other, ada)
    reader.opens_live(topic)

    replies(writer, topic, "Nobody told you of this.")

    reader.page.locator(".post", has_text="Nobody told you of this.").wait_for(timeout=30_000)
