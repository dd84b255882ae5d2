"""Normalises web addresses to a form that browsers and the sanitiser accept."""

import re
from html import escape

import nh3

SCHEMES = {"http", "https", "mailto"}
MAX_HOST = 253  # characters
HOST = re.compile(r"(https?://(?:[^/?#\\@]*@)?)([^/?#\\:@\[\]]+)", re.IGNORECASE)

# The last label must not be a number, which would make it an IPv4 address.
NAMED = r"(?:[a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*\.?"
IPV4, IPV6 = r"\d{1,3}(?:\.\d{1,3}){3}", r"\[[0-9a-f:.]+\]"
VALID = re.compile(
    rf"https?://(?:[^/?#\\@\s]*@)?(?:{NAMED}|{IPV4}|{IPV6})(?::\d*)?(?:[/?#]|\Z)|mailto:",
    re.IGNORECASE | re.ASCII,
)
ORDINARY = re.compile(
    r"https?://(?!\S{0,253}xn--)(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d{1,4})?(?:[/?#]|\Z)",
    re.IGNORECASE | re.ASCII,
)


def with_ascii_host(url):
    """The URL with its host in ASCII (Unicode TS 46, as browsers do); "" if that is impossible."""
    found = HOST.match(url)
    if not found or found[2].isascii():
        return url
    from idna import IDNAError, uts46_remap  # imported on first use: large tables

    try:
        labels = (
            uts46_remap(found[2], std3_rules=False).split(".")
            if len(found[2]) <= MAX_HOST
            else [""]
        )
        host = ".".join(
            label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
            for label in labels
        )
    except (IDNAError, UnicodeError):
        host = ""
    return f"{found[1]}{host}{url[found.end() :]}" if host else ""


def is_valid(url):
    """Whether browsers open the host as written, and the sanitiser accepts the URL."""
    if not VALID.match(url):
        return False
    return ORDINARY.match(url) is not None or 'href="' in _cleaner.clean(
        f'<a href="{escape(url)}"></a>'
    )


_cleaner = nh3.Cleaner(tags={"a"}, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None)
