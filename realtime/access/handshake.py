"""Reads the network and the session of whoever opens a socket from the handshake."""

from django.conf import settings

from forum.serving.client_address import client_address, network_of, parsed

LONGEST = 40  # characters of a session's key, as the database has them


def session_key_of(scope):
    return session_key_in(scope.get("cookies", {}))


def session_key_in(cookies):
    """ "" for what can't be one: it may hold anything, NUL included."""
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return key if len(key) <= LONGEST and key.isascii() and key.isprintable() else ""


def counted_network_of(scope):
    """The network that a visitor's sockets are counted by. None for an address that is not public,
    as that may be a proxy's; but who comes through a trusted proxy under no address at all is
    counted with all others like that."""
    address = parsed(client_address(scope))
    if address is None:
        return "" if settings.TRUSTED_PROXIES else None
    return network_of(str(address)) if address.is_global else None
