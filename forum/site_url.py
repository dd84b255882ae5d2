"""Where people find the site, as SITE_URL and ALLOWED_HOSTS say it: checked, and written as
browsers send it.
"""

import ipaddress
import re
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

PORTS = {"http": 80, "https": 443}
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*", re.ASCII)


def site_url(value):
    """(the address without a slash at its end, its host as in a Host header). Raises
    ImproperlyConfigured.
    """
    try:
        parts = urlsplit(value.strip())
        port = parts.port
    except ValueError as error:
        raise refusal(value, "it can't be read as an address") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise refusal(value, "it has to begin with https:// or http:// and a host")
    if port == 0 or parts.hostname == "*" or re.search(r"\s", value.strip()):
        raise refusal(value, "no browser can go there")
    if parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise refusal(
            value,
            "only a scheme, a host and perhaps a port belong in it: the forum can't live in a"
            " folder",
        )
    host = ascii_host(parts.hostname)
    return (
        f"{parts.scheme}://{host}"
        + (f":{port}" if port not in (None, PORTS[parts.scheme]) else ""),
        host,
    )


def ascii_host(host):
    """`förum.example` as `xn--frum-5qa.example`, an IPv6 address in brackets. Raises
    ImproperlyConfigured.
    """
    host = host.strip()
    if host == "*":
        return host
    dot = "." if host.startswith(".") else ""  # ALLOWED_HOSTS means subdomains by it
    try:
        if ":" in host and "%" not in host:
            return f"[{ipaddress.IPv6Address(host.removeprefix('[').removesuffix(']'))}]"
        name = host.removeprefix(dot).removesuffix(".").lower()
        name = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, ValueError) as error:
        raise refusal(host, f"it has no host that there can be ({error})") from error
    if not NAME.fullmatch(name):
        raise refusal(
            host,
            "it has no host that there can be; a host stands there without scheme, port or path",
        )
    return dot + name


def refusal(value, why):
    return ImproperlyConfigured(
        f"SITE_URL or ALLOWED_HOSTS is {value!r}, but {why}. Example: https://forum.example.org"
    )
