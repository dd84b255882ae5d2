"""Reads the visitor's network and session key from a WebSocket handshake."""

from django.conf import settings

from forum.serving.client_address import client_address, network_of, parsed

LONGEST = 40  # characters of a session key, as in Django's model


def session_key_of(scope):
    return session_key_in(scope.get("cookies", {}))


def session_key_in(cookies):
    """The session key among the cookies; "" if it can't be one, as cookies may have any value."""
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return key if len(key) <= LONGEST and key.isascii() and key.isprintable() else ""


def counted_network_of(scope):
    """The network that a visitor's sockets are counted by, or None if they are not counted.

    Addresses that are not public are not counted, since they may be a proxy's. Visitors for whom a
    trusted proxy gives no valid address are counted together, as "".
    """
    address = parsed(client_address(scope))
    if address is None:
        return "" if settings.TRUSTED_PROXIES else None
    return network_of(str(address)) if address.is_global else None
