"""Addresses that members enter never lead into the site's own network."""

import socket
import time

import pytest

from forum.outbound import guard
from forum.outbound.guard import Forbidden, Unreachable, is_public, resolve, target_of

pytestmark = pytest.mark.once


def answering(*addresses):
    """A getaddrinfo that answers these IP addresses."""

    def look_up(host, port, **_options):
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port, 0, 0) if ":" in one else (one, port),
            )
            for one in addresses
        ]

    return look_up


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%lo",
        "fec0::1",
        "ff02::1",
    ],
)
def test_what_is_not_on_the_public_internet_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_are_not(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://push.example/1",
        "ftp://push.example/1",
        "file:///etc/passwd",
        "//push.example/1",
        "https://",
        "https:///path",
        "https://push.example:8443/",
        "https://push.example:80/",
        "https://push.example:0/",
        "https://push.example:99999/",
        "https://user:secret@push.example/",
        "https://@push.example/",
        "https://push.example\\@127.0.0.1/",
        "https://push.example/a b",
        "https://push.example/\r\nHost: other",
        "https://push.example\t/",
        "https://[::1/",
        "https://ⅼocalhost/",
        "https://push.example/" + "a" * 2000,
    ],
)
def test_odd_addresses_are_refused_before_any_name_server_is_asked(address, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)

    with pytest.raises(Forbidden):
        target_of(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:7f00:1]"],
)
def test_no_way_to_write_an_address_of_the_own_network_helps(host):
    with pytest.raises((Forbidden, Unreachable)):
        resolve(target_of(f"https://{host}/"), 2)


def test_localhost_is_refused():
    with pytest.raises(Forbidden):
        resolve(target_of("https://localhost/"), 2)


def test_a_name_server_that_answers_both_is_refused(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "10.0.0.1"))

    with pytest.raises(Forbidden):
        resolve(target_of("https://push.example/"), 2)


def test_the_addresses_that_were_checked_are_the_ones_to_connect_to(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "2606:4700::1111"))

    found = resolve(target_of("https://push.example/"), 2)

    assert [address[:2] for _arguments, address in found] == [
        ("8.8.8.8", 443),
        ("2606:4700::1111", 443),
    ]


def test_a_name_server_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: time.sleep(1))

    with pytest.raises(Unreachable):
        resolve(target_of("https://push.example/"), 0.05)


def test_many_lookups_that_hang_take_no_more_threads(monkeypatch):
    monkeypatch.setattr(guard, "LOOKUPS", guard.BoundedSemaphore(1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: time.sleep(1))

    for _n in range(2):
        with pytest.raises(Unreachable):
            resolve(target_of("https://push.example/"), 0.05)


def test_a_host_without_address_is_unreachable():
    with pytest.raises(Unreachable):
        resolve(target_of("https://nothing.invalid/"), 2)


def test_hosts_of_the_settings_are_trusted_with_their_port_alone(settings):
    settings.OUTBOUND_HOSTS = ["127.0.0.1:8443", "[::1]:80"]

    assert resolve(target_of("http://127.0.0.1:8443/"), 2)
    assert target_of("http://[::1]/").is_trusted
    with pytest.raises(Forbidden):
        target_of("http://127.0.0.1:8444/")
    with pytest.raises(Forbidden):
        resolve(target_of("https://127.0.0.1/"), 2)
