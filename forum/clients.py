"""Who is really at the other end, behind as many proxies as the owner trusts."""

import ipaddress

from django.conf import settings

FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"x-forwarded-proto", b"via")


def client_address(scope):
    """The address of the client as text, or "" where there is none. `scope` is that of ASGI; `request.scope` has it."""
    peer = scope.get("client") or ("",)
    if not settings.TRUSTED_PROXIES:
        return peer[0]
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    told = [address.strip() for address in forwarded.decode("latin1").split(",") if address.strip()]
    return told[-settings.TRUSTED_PROXIES :][0] if told else peer[0]  # what was there before may be made up


def is_monitor(scope):
    """Whether this is one of settings.MONITORS. Who comes through a proxy that nobody trusts is a stranger."""
    if not settings.TRUSTED_PROXIES and any(name in FORWARDED for name, _value in scope["headers"]):
        return False
    try:
        address = ipaddress.ip_address(client_address(scope))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ipaddress.ip_network(monitor, strict=False) for monitor in settings.MONITORS)
