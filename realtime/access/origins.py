"""Checks the Origin of WebSocket handshakes: only pages of this site may open a socket.

Compares scheme, host and port (RFC 6454), since browsers send the session cookie whichever page
opens the socket, and to all ports of a host.
"""

import re
from typing import NamedTuple

from django.conf import settings
from django.http.request import split_domain_port, validate_host

ORIGIN = re.compile(r"(https?)://(\S+)", re.ASCII | re.IGNORECASE)
PORTS = {"http": "80", "https": "443"}
# Django's default in development if ALLOWED_HOSTS is empty
IN_DEVELOPMENT = [".localhost", "127.0.0.1", "[::1]"]


class Origin(NamedTuple):
    scheme: str
    host: str
    port: str


def is_own(scope):
    """Whether the handshake has exactly one Origin header, and that is an origin of this site.

    Those are the origin of SITE_URL, and any host of ALLOWED_HOSTS with the scheme and port of the
    address of the handshake.
    """
    values = headers_of(scope, b"origin")
    origin = parsed(values[0]) if len(values) == 1 else None
    if origin is None:
        return False
    if origin == parsed(settings.SITE_URL):
        return True
    own = own_origin(scope)
    return (
        own is not None
        and origin[::2] == own[::2]
        and is_allowed(origin.host, own.host)
        and is_allowed(own.host)
    )


def own_origin(scope):
    """The origin of the requested address; None without a single Host header."""
    hosts = headers_of(scope, b"host")
    return parsed(f"{scheme_of(scope)}://{hosts[0]}") if len(hosts) == 1 else None


def scheme_of(scope):
    """The scheme, http or https, as a trusted proxy gives it, or else the server."""
    if settings.TRUSTED_PROXIES:
        named = ",".join(headers_of(scope, b"x-forwarded-proto")).replace(" ", "").lower()
        scheme = named.split(",")[-settings.TRUSTED_PROXIES :][0]
        if scheme in PORTS:
            return scheme
    return "https" if scope.get("scheme") == "wss" else "http"


def parsed(text):
    """The Origin in a text like "https://forum.example.org"; None if it has none, as "null"."""
    match = ORIGIN.fullmatch(text)
    if not match:
        return None
    host, port = split_domain_port(match[2])
    if not host:
        return None
    scheme = match[1].lower()
    return Origin(scheme, host, port.lstrip("0") or PORTS[scheme])


def is_allowed(host, same=None):
    """Whether ALLOWED_HOSTS has this host. A `*` there allows only the handshake's own (`same`)."""
    allowed = settings.ALLOWED_HOSTS or (IN_DEVELOPMENT if settings.DEBUG else [])
    named = [pattern for pattern in allowed if pattern != "*"]
    return validate_host(host, named) or ("*" in allowed and host == (same or host))


def headers_of(scope, wanted):
    return [value.decode("latin1") for name, value in scope["headers"] if name == wanted]
