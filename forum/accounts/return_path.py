"""The page a visitor came from, carried as `next` through sign-up, emails and other devices."""

from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from allauth.account.utils import get_next_redirect_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

MAX_LENGTH = 500  # characters; longer paths are left out of links


def next_path(request):
    """The `next` parameter as a path on this site, or "": it is untrusted and may be any URL."""
    path = path_of(get_next_redirect_url(request) or "")
    # Skip account pages, which carry a `next` of their own.
    while path.startswith(reverse("account_login").removesuffix("login/")):
        path = path_of(parse_qs(urlsplit(path).query).get("next", [""])[0])
    return path


def path_of(address):
    """Path and query of a URL; "" if it is too long, invalid, or would leave the site anyway."""
    if len(address) > MAX_LENGTH:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    path = urlunsplit(("", "", parts.path, parts.query, ""))
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, None) else ""


def with_next_path(address, request):
    back = request and next_path(request)
    return f"{address}?next={quote(back)}" if back else address
