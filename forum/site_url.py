"""Where people find the site, as SITE_URL and ALLOWED_HOSTS say it: checked, and written as browsers send it."""

from urllib.parse import urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

PORTS = {"http": 80, "https": 443}


def site_url(value):
    """(the address without a slash at its end, its host as in a Host header). Raises ImproperlyConfigured."""
    try:
        parts = urlsplit(value.strip())
        port = parts.port
    except ValueError as error:
        raise refusal(value, "it can't be read as an address") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise refusal(value, "it has to begin with https:// or http:// and a host")
    if parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise refusal(value, "only a scheme, a host and perhaps a port belong in it: the forum can't live in a folder")
    host = ascii_host(parts.hostname)
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, PORTS[parts.scheme]) else ""), host


def ascii_host(host):
    """`förum.example` as `xn--frum-5qa.example`, an IPv6 address in brackets. Raises ImproperlyConfigured."""
    if ":" in host:
        return host if host.startswith("[") else f"[{host}]"
    dot = "." if host.startswith(".") else ""  # ALLOWED_HOSTS means subdomains by it
    if host.isascii():
        return host.lower()
    try:
        return dot + idna.encode(host.removeprefix("."), uts46=True).decode()
    except idna.IDNAError as error:
        raise refusal(host, f"it has no host that there can be ({error})") from error


def refusal(value, why):
    return ImproperlyConfigured(
        f"SITE_URL or ALLOWED_HOSTS is {value!r}, but {why}. Example: https://forum.example.org"
    )
