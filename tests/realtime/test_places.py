"""How many sockets a member and an address may have."""

import pytest

from realtime import limits
from realtime.visitors import address_of
from tests.realtime.sockets import Socket, until

pytestmark = pytest.mark.django_db(transaction=True)


def scope(client, forwarded=None):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"client": (client, 5000), "headers": headers}


def test_an_address_counts_as_far_as_the_proxies_are_believed(settings):
    settings.TRUSTED_PROXIES = 0
    assert address_of(scope("93.184.216.34", "8.8.8.8")) == "93.184.216.34"
    assert address_of(scope("10.0.0.1", "8.8.8.8")) is None  # a proxy, most likely: all visitors would be one

    settings.TRUSTED_PROXIES = 1
    assert address_of(scope("10.0.0.1", "1.2.3.4, 8.8.8.8")) == "8.8.8.8"


def test_places_are_given_back_and_nobody_is_not_counted():
    places = limits.Places(2)

    assert [places.take("ada") for _ in range(3)] == [True, True, False]
    places.give_back("ada")
    assert places.take("ada")
    assert all(places.take(None) for _ in range(5))


async def test_a_member_has_twenty_sockets_and_the_next_is_closed(visit, hub, ada, grace):
    pages = [await visit(ada) for _ in range(limits.OF_MEMBER)]
    await until(lambda: len(hub.pages) == limits.OF_MEMBER)
    one_too_many = await visit(ada)
    assert await one_too_many.closed() == 1008
    await visit(grace)
    await until(lambda: len(hub.pages) == limits.OF_MEMBER + 1)

    await pages[0].leave()
    await visit(ada)

    await until(lambda: len(hub.pages) == limits.OF_MEMBER + 1)


async def test_an_address_has_fifty_sockets_and_the_next_is_refused(hub, settings):
    settings.TRUSTED_PROXIES = 1
    sockets = [Socket() for _ in range(limits.OF_ADDRESS + 1)]
    for socket in sockets:
        socket.wire.scope["headers"].append((b"x-forwarded-for", b"8.8.8.8"))

    welcome = [(await socket.wire.connect())[0] for socket in sockets]

    assert welcome == [True] * 50 + [False]
    for socket in sockets:
        await socket.leave()
    assert not hub.addresses._taken
