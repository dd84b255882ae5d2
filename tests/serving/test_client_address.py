import pytest
from django.test import RequestFactory

from forum.serving.client_address import client_address, is_monitor, network_of, request_address


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
    assert (
        client_address(scope("10.0.0.1", **({"x_forwarded_for": told} if told else {}))) == address
    )


def test_a_header_that_comes_twice_is_read_as_one(settings):
    settings.TRUSTED_PROXIES = 1
    twice = {
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", b"127.0.0.1"), (b"x-forwarded-for", b"1.2.3.4")],
    }

    assert client_address(twice) == "1.2.3.4"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "1.2.3.4:5678", "1.2.3.4"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "[2001:DB8:0::1]", "2001:db8::1"),
        (1, "2001:db8::1%eth0", "2001:db8::1"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
        (1, " 1.2.3.4 , ", "1.2.3.4"),
        *[
            (1, nothing, "")
            for nothing in (
                "unknown",
                "unix:",
                "1.2.3",
                "1.2.3.4:x",
                "1.2.3.4:123456",
                "01.2.3.4",
                "[",
            )
        ],
        (1, "6.6.6.6, unknown", ""),  # what the client says of itself is never believed
        (2, "unknown, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, unknown, unix:", ""),
        (3, "1.2.3.4, 5.6.7.8", "1.2.3.4"),
        (1, "9" * 60_000, ""),
    ],
)
def test_a_forwarded_value_that_is_no_address_leaves_the_client_unknown(
    settings, proxies, forwarded, address
):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(scope("10.0.0.1", x_forwarded_for=forwarded)) == address


def test_a_client_without_an_address_is_unknown(settings):
    settings.TRUSTED_PROXIES = 0
    assert client_address(scope(None)) == client_address(scope("")) == ""
    assert client_address(scope("::ffff:9.9.9.9")) == "9.9.9.9"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("93.184.216.34", "93.184.216.34"),
        ("::ffff:93.184.216.34", "93.184.216.34"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_limits_count_ipv4_addresses_and_ipv6_networks(address, network):
    assert network_of(address) == network


def test_a_request_comes_from_where_its_scope_says(settings):
    settings.TRUSTED_PROXIES = 1
    request = RequestFactory().get("/", headers={"x-forwarded-for": "6.6.6.6, 1.2.3.4:99"})
    assert request_address(request) == "1.2.3.4"


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
    ("told", "known"),
    [("1.2.3.4", False), ("127.0.0.1, 1.2.3.4", False), ("10.9.9.9", True), ("nonsense", False)],
)
def test_behind_a_trusted_proxy_its_clients_address_counts(settings, told, known):
    settings.TRUSTED_PROXIES, settings.MONITORS = 1, ["127.0.0.1", "10.0.0.0/8"]
    assert is_monitor(scope("127.0.0.1", x_forwarded_for=told)) is known
