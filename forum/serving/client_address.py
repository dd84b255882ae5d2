"""The client's address behind the trusted proxies, and the network it belongs to."""

import ipaddress
import re

from django.conf import settings

FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"x-forwarded-proto", b"via")
WITH_PORT = re.compile(r"\[(?P<v6>[^][]+)\](?::\d{1,5})?|(?P<v4>[\d.]+):\d{1,5}", re.ASCII)
IPV6_PREFIX = 64  # bits; the smallest network that a provider gives to one customer


def client_address(scope):
    """The client's address as text, or "" where it is unknown. `scope` is that of ASGI;
    `request_address` takes a request."""
    values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return believed_address((scope.get("client") or ("",))[0], b",".join(values).decode("latin1"))


def request_address(request):
    return believed_address(
        request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    )


def believed_address(peer, forwarded):
    """What trusted proxies say of the client; `peer` where there are none. Their entries are the
    last ones: what stands before may be made up. One that is no address is left out and never
    replaced by one further to the left."""
    chain = (
        [entry.strip() for entry in forwarded.split(",") if entry.strip()]
        if settings.TRUSTED_PROXIES
        else []
    )
    trusted = chain[-settings.TRUSTED_PROXIES :] or [peer]
    return next((str(address) for address in map(parsed, trusted) if address), "")


def parsed(text):
    """An IPv4Address or IPv6Address, also from `1.2.3.4:5678` and `[2001:db8::1]:443` as some
    proxies write it; None for anything else. One that both protocols can write (::ffff:1.2.3.4) is
    the IPv4 address."""
    if match := WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        # the zone is a name for the machine's own interface
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(address):
    """What limits count by: an IPv4 address, the /64 of an IPv6 address, or "" for all that are
    unknown.
    """
    found = parsed(address)
    if found and found.version == 6:
        return str(ipaddress.IPv6Network((int(found), IPV6_PREFIX), strict=False))
    return str(found or "")


def is_monitor(scope):
    """Whether this is one of settings.MONITORS. Who comes through a proxy that nobody trusts is a
    stranger.
    """
    if not settings.TRUSTED_PROXIES and any(name in FORWARDED for name, _value in scope["headers"]):
        return False
    address = parsed(client_address(scope))
    return bool(address) and any(
        address in ipaddress.ip_network(one, strict=False) for one in settings.MONITORS
    )
