"""How many sockets a member and a network may have."""

from types import SimpleNamespace

import pytest

from realtime.access.handshake import counted_network_of
from realtime.protocol import limits
from tests.realtime.sockets import DEADLINE, Socket, until

pytestmark = pytest.mark.django_db(transaction=True)


def scope(client, forwarded=None):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"client": (client, 5000), "headers": headers}


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "network"),
    [
        (0, "93.184.216.34", "8.8.8.8", "93.184.216.34"),
        (0, "10.0.0.1", "8.8.8.8", None),  # a proxy, most likely: all visitors would be one
        (0, "::ffff:10.0.0.1", None, None),
        (0, "::ffff:8.8.8.8", None, "8.8.8.8"),
        (0, "2a00:1450:4001:81b::200e", None, "2a00:1450:4001:81b::/64"),
        (0, "", None, None),
        (1, "10.0.0.1", "1.2.3.4, 8.8.8.8", "8.8.8.8"),
        (1, "10.0.0.1", "2a00:1450:4001:81b:1:2:3:4", "2a00:1450:4001:81b::/64"),
        (1, "10.0.0.1", "192.168.1.1", None),
        (1, "10.0.0.1", "8.8.8.8, unknown", ""),
        (1, "10.0.0.1", "8.8.8.8:7001", "8.8.8.8"),
    ],
)
def test_sockets_are_counted_by_network_as_given_by_trusted_proxies(
    settings, proxies, peer, forwarded, network
):
    settings.TRUSTED_PROXIES = proxies
    assert counted_network_of(scope(peer, forwarded)) == network


def test_slots_are_released_and_none_is_not_limited():
    places = limits.ConnectionLimit(2)

    assert [places.take("ada") for _ in range(3)] == [True, True, False]
    places.release("ada")
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


one_network = pytest.mark.parametrize(
    "forwarded",
    [
        lambda n: "8.8.8.8",
        lambda n: f"8.8.8.8:{n + 1024}",
        lambda n: f"2a00:1450::{n:x}",
        lambda n: f"nonsense {n}",
    ],
    ids=["one IPv4 address", "with ports", "of one IPv6 network", "no address at all"],
)


@one_network
async def test_a_network_has_fifty_sockets_and_the_next_is_refused(hub, settings, forwarded):
    settings.TRUSTED_PROXIES = 1
    sockets = [Socket() for _ in range(limits.OF_NETWORK + 1)]
    for number, socket in enumerate(sockets):
        socket.wire.scope["headers"].append((b"x-forwarded-for", forwarded(number).encode()))

    welcome = [(await socket.wire.connect())[0] for socket in sockets]

    assert welcome == [True] * 50 + [False]
    for socket in sockets:
        await socket.leave()
    assert not hub.admission.networks._taken


def test_all_readers_behind_one_address_may_reconnect_at_once():
    rates = limits.Rates(limits.HANDSHAKES)

    assert all(rates.take("8.8.8.8") for _ in range(500))


@one_network
async def test_a_network_opens_so_many_sockets_at_once_and_then_so_many_a_second(
    hub, settings, monkeypatch, forwarded
):
    settings.TRUSTED_PROXIES = 1
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(limits, "time", clock)
    monkeypatch.setattr(hub.admission.handshakes, "rate", limits.Rate(per_second=25, at_once=5))

    assert [await opens(forwarded(number)) for number in range(7)] == [True] * 5 + [False] * 2
    assert await opens("8.8.4.4")  # another network
    clock.now += 2.1 / 25
    assert [await opens(forwarded(number)) for number in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("origin", "path"), [("https://example.org", "/ws/"), ("http://testserver", "/ws/elsewhere")]
)
async def test_handshakes_refused_for_other_reasons_count_too(
    hub, settings, monkeypatch, origin, path
):
    settings.TRUSTED_PROXIES = 1
    monkeypatch.setattr(hub.admission.handshakes, "rate", limits.Rate(per_second=0, at_once=3))

    assert [await opens("8.8.8.8", origin, path) for _ in range(3)] == [False] * 3
    assert not await opens("8.8.8.8")


async def test_sockets_of_addresses_that_are_not_public_have_no_rate(hub, monkeypatch):
    monkeypatch.setattr(hub.admission.handshakes, "rate", limits.Rate(per_second=0, at_once=1))

    assert [await opens("") for _ in range(3)] == [True] * 3


async def opens(forwarded, origin="http://testserver", path="/ws/"):
    """Whether a socket is let in. It leaves at once."""
    socket = Socket(origin=origin)
    socket.wire.scope["path"] = path
    if forwarded:
        socket.wire.scope["headers"].append((b"x-forwarded-for", forwarded.encode()))
    welcome, _ = await socket.wire.connect(timeout=DEADLINE)
    await socket.leave()
    return welcome
