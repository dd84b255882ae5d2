import pytest

from forum.clients import client_address, is_monitor


def scope(peer, **headers):
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": (peer, 1) if peer else None, "headers": named}


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, None, "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "127.0.0.1, 1.2.3.4", "1.2.3.4"),  # the first is what the client liked to say
        (2, "127.0.0.1, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
    ],
)
def test_of_those_who_forwarded_only_the_trusted_are_believed(settings, proxies, told, address):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(scope("10.0.0.1", **({"x_forwarded_for": told} if told else {}))) == address


def test_a_header_that_comes_twice_is_read_as_one(settings):
    settings.TRUSTED_PROXIES = 1
    twice = {
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", b"127.0.0.1"), (b"x-forwarded-for", b"1.2.3.4")],
    }

    assert client_address(twice) == "1.2.3.4"


@pytest.mark.parametrize(
    ("peer", "headers", "known"),
    [
        ("127.0.0.1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("10.1.2.3", {}, True),
        ("192.168.0.1", {}, False),
        (None, {}, False),
        ("127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, False),
        ("127.0.0.1", {"x_real_ip": "127.0.0.1"}, False),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, False),
    ],
)
def test_monitors_come_straight_from_where_they_are_said_to_be(settings, peer, headers, known):
    settings.TRUSTED_PROXIES, settings.MONITORS = 0, ["127.0.0.1", "10.0.0.0/8"]
    assert is_monitor(scope(peer, **headers)) is known


@pytest.mark.parametrize(
    ("told", "known"), [("1.2.3.4", False), ("127.0.0.1, 1.2.3.4", False), ("10.9.9.9", True), ("nonsense", False)]
)
def test_behind_a_trusted_proxy_its_clients_address_counts(settings, told, known):
    settings.TRUSTED_PROXIES, settings.MONITORS = 1, ["127.0.0.1", "10.0.0.0/8"]
    assert is_monitor(scope("127.0.0.1", x_forwarded_for=told)) is known
