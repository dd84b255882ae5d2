"""What a socket's opening request says of who comes: from which address, and with which session."""

from ipaddress import ip_address

from django.conf import settings

from forum.clients import client_address


def session_key_of(scope):
    key = scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME, "")
    return key if key.isascii() and key.isprintable() else ""


def address_of(scope):
    """The address that a visitor's sockets are counted by; None for one that is not public: that may be a proxy's."""
    address = client_address(scope)
    return address if is_public(address) else None


def is_public(address):
    try:
        return ip_address(address).is_global
    except ValueError:
        return False
