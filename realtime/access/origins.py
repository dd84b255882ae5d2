"""Which pages may open a socket: those of this site, by their whole origin, that is scheme, host
and port.

A browser sends the session cookie along whatever page opens the socket, and also to other ports of
a host.
"""

import re
from typing import NamedTuple

from django.conf import settings
from django.http.request import split_domain_port, validate_host

ORIGIN = re.compile(r"(https?)://(\S+)", re.ASCII | re.IGNORECASE)
PORTS = {"http": "80", "https": "443"}
# as Django has it where ALLOWED_HOSTS is empty
IN_DEVELOPMENT = [".localhost", "127.0.0.1", "[::1]"]


class Origin(NamedTuple):
    scheme: str
    host: str
    port: str


def is_own(scope):
    """Whether the page that asks for a socket is SITE_URL's, or has the scheme and port by which
    the socket comes and a host of ALLOWED_HOSTS. Whoever sends no Origin, or several, is not a page
    of ours: browsers send one."""
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
    """The origin of the address by which the request came; None where it has no host."""
    hosts = headers_of(scope, b"host")
    return parsed(f"{scheme_of(scope)}://{hosts[0]}") if len(hosts) == 1 else None


def scheme_of(scope):
    """As a trusted proxy says, if there is one; else as the server sees it."""
    if settings.TRUSTED_PROXIES:
        named = ",".join(headers_of(scope, b"x-forwarded-proto")).replace(" ", "").lower()
        scheme = named.split(",")[-settings.TRUSTED_PROXIES :][0]
        if scheme in PORTS:
            return scheme
    return "https" if scope.get("scheme") == "wss" else "http"


def parsed(text):
    """The Origin of "https://forum.example.org"; None for what is none, such as "null"."""
    match = ORIGIN.fullmatch(text)
    if not match:
        return None
    host, port = split_domain_port(match[2])
    if not host:
        return None
    scheme = match[1].lower()
    return Origin(scheme, host, port.lstrip("0") or PORTS[scheme])


def is_allowed(host, same=None):
    """Whether ALLOWED_HOSTS has this host. Its `*` means that any Host is believed, not that any
    page is ours.
    """
    allowed = settings.ALLOWED_HOSTS or (IN_DEVELOPMENT if settings.DEBUG else [])
    named = [pattern for pattern in allowed if pattern != "*"]
    return validate_host(host, named) or ("*" in allowed and host == (same or host))


def headers_of(scope, wanted):
    return [value.decode("latin1") for name, value in scope["headers"] if name == wanted]
