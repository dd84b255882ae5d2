"""What happens to the network and the server of a `person` while they send forms."""

import re
from contextlib import contextmanager, suppress

from playwright.sync_api import Error

SENT = re.compile(r"/(replies|update|create)/$")


@contextmanager
def offline(person, server, chance):
    person.context.set_offline(True)
    yield
    person.context.set_offline(False)


@contextmanager
def killed(person, server, chance):
    server.kill()
    yield
    server.start()


@contextmanager
def restarted(person, server, chance):
    server.process.terminate()
    yield
    server.process.wait(60)
    server.start()


@contextmanager
def answers_lost(person, server, chance):
    def lose(route):
        with suppress(Error):  # its page was closed meanwhile
            if chance.random() < 0.5:
                route.fetch()
            route.abort()

    person.context.route(SENT, lose, times=3)
    yield


@contextmanager
def refused_for_now(person, server, chance):
    person.context.route(SENT, lambda route: route.fulfill(status=503), times=3)
    yield


@contextmanager
def nothing(person, server, chance):
    yield


FAULTS = [
    (fault.__name__, fault)
    for fault in (offline, killed, restarted, answers_lost, refused_for_now, nothing)
]
