"""Validates and normalises SITE_URL and ALLOWED_HOSTS to the form that browsers send."""

import ipaddress
import re
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

PORTS = {"http": 80, "https": 443}
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*", re.ASCII)


def site_url(value):
    """(the URL without a trailing slash, its host as in a Host header).

    Raises ImproperlyConfigured.
    """
    try:
        parts = urlsplit(value.strip())
        port = parts.port
    except ValueError as error:
        raise invalid(value, "it is not a valid URL") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise invalid(value, "it must start with https:// or http:// and a host")
    if port == 0 or parts.hostname == "*" or re.search(r"\s", value.strip()):
        raise invalid(value, "no browser can open it")
    if parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise invalid(
            value,
            "it may contain only a scheme, a host and a port: the forum can't be served from a"
            " subdirectory",
        )
    host = ascii_host(parts.hostname)
    return (
        f"{parts.scheme}://{host}"
        + (f":{port}" if port not in (None, PORTS[parts.scheme]) else ""),
        host,
    )


def ascii_host(host):
    """A host in ASCII: `förum.example` as `xn--frum-5qa.example`, IPv6 addresses in brackets.

    Raises ImproperlyConfigured.
    """
    host = host.strip()
    if host == "*":
        return host
    dot = "." if host.startswith(".") else ""  # stands for all subdomains in ALLOWED_HOSTS
    try:
        if ":" in host and "%" not in host:
            return f"[{ipaddress.IPv6Address(host.removeprefix('[').removesuffix(']'))}]"
        name = host.removeprefix(dot).removesuffix(".").lower()
        name = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, ValueError) as error:
        raise invalid(host, f"its host is not valid ({error})") from error
    if not NAME.fullmatch(name):
        raise invalid(
            host,
            "its host is not valid; in ALLOWED_HOSTS, give hosts without scheme, port or path",
        )
    return dot + name


def invalid(value, reason):
    return ImproperlyConfigured(
        f"SITE_URL or ALLOWED_HOSTS is {value!r}, but {reason}. Example: https://forum.example.org"
    )
