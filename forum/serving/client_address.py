"""The client's address behind the trusted proxies, and the network it belongs to."""

import ipaddress
import re

from django.conf import settings

FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"x-forwarded-proto", b"via")
WITH_PORT = re.compile(r"\[(?P<v6>[^][]+)\](?::\d{1,5})?|(?P<v4>[\d.]+):\d{1,5}", re.ASCII)
IPV6_PREFIX = 64  # bits; the smallest network that providers assign to a customer


def client_address(scope):
    """The client's address as text, "" if unknown. Takes an ASGI scope; see `request_address`."""
    values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return trusted_address((scope.get("client") or ("",))[0], b",".join(values).decode("latin1"))


def request_address(request):
    """Like `client_address`, for a Django request."""
    return trusted_address(
        request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    )


def trusted_address(peer, forwarded):
    """The client's address according to trusted proxies; `peer` without any.

    Only the last TRUSTED_PROXIES entries of X-Forwarded-For are trusted: clients can forge the
    others. An invalid entry is skipped, never replaced by one further to the left.
    """
    chain = (
        [entry.strip() for entry in forwarded.split(",") if entry.strip()]
        if settings.TRUSTED_PROXIES
        else []
    )
    trusted = chain[-settings.TRUSTED_PROXIES :] or [peer]
    return next((str(address) for address in map(parsed, trusted) if address), "")


def parsed(text):
    """An IPv4Address or IPv6Address, or None if `text` is invalid.

    Accepts ports (`1.2.3.4:5678`, `[2001:db8::1]:443`), which some proxies add. IPv4-mapped
    addresses (::ffff:1.2.3.4) become IPv4.
    """
    if match := WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        # Without the zone, which names a local network interface.
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(address):
    """The key for rate limits: an IPv4 address, the /64 of an IPv6 address, or "" if unknown."""
    found = parsed(address)
    if found and found.version == 6:
        return str(ipaddress.IPv6Network((int(found), IPV6_PREFIX), strict=False))
    return str(found or "")


def is_monitor(scope):
    """Whether the client is one of settings.MONITORS; never behind a proxy that isn't trusted."""
    if not settings.TRUSTED_PROXIES and any(name in FORWARDED for name, _value in scope["headers"]):
        return False
    address = parsed(client_address(scope))
    return bool(address) and any(
        address in ipaddress.ip_network(one, strict=False) for one in settings.MONITORS
    )
