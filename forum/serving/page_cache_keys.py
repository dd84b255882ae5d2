"""Cache keys of guests' pages: everything a page depends on besides the database.

Each part is from a closed set, so that nobody can fill the cache with copies of one page: existing
themes, dismissed announcements that are still current, canonical paths (see
`page_cache.make_cacheable`). The host is not part of the key, because pages don't depend on it; it
must be allowed.
"""

from typing import NamedTuple

from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host

from forum.pages import announcements
from forum.pages.context_processors import theme_in
from forum.pages.flash_messages import CookieStorage
from forum.serving.encodings import best

# The cookies a page depends on. With a personal one it is never cached; each value of a choice has
# its own page. nginx has the same list: tests/deploy/test_keys.py compares them.
PERSONAL = (settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name)
CHOICES = ("theme", announcements.COOKIE)
# Django's default with DEBUG and without ALLOWED_HOSTS.
DEVELOPMENT_HOSTS = [".localhost", "127.0.0.1", "[::1]"]


class Key(NamedTuple):
    path: str
    query: bytes
    is_secure: bool
    encoding: str  # br, gzip, or none
    theme: str
    dismissed: frozenset  # ids of announcements


def key_of(scope):
    """The Key of a request; None if it can't be answered from the cache."""
    if scope["method"] != "GET":
        return None
    headers = headers_of(scope)
    cookies = parse_cookie("; ".join(headers["cookie"]))
    if not set(PERSONAL).isdisjoint(cookies) or not is_allowed_host(headers["host"]):
        return None
    return Key(
        scope["path"],
        scope["query_string"],
        is_secure(scope, headers["x-forwarded-proto"]),
        best(",".join(headers["accept-encoding"])),
        theme_in(cookies),
        announcements.dismissed_in(cookies) & announcements.current_ids(),
    )


def headers_of(scope):
    """{name: values} of the relevant headers."""
    found = {"host": [], "cookie": [], "x-forwarded-proto": [], "accept-encoding": []}
    for name, value in scope["headers"]:
        if (name := name.decode("latin-1")) in found:
            found[name].append(value.decode("latin-1"))
    return found


def is_allowed_host(hosts):
    if len(hosts) != 1:
        return False
    allowed = settings.ALLOWED_HOSTS or (DEVELOPMENT_HOSTS if settings.DEBUG else [])
    domain, _port = split_domain_port(hosts[0])
    return bool(domain) and validate_host(domain, allowed)


def is_secure(scope, forwarded):
    """The same as Django's `request.is_secure()`."""
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded[0].split(",")[0].strip() == settings.SECURE_PROXY_SSL_HEADER[1]
    return scope["scheme"] == "https"
