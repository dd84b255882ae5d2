"""The page a visitor came from, carried as `next` through sign-up, emails and other devices."""

from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from allauth.account.utils import get_next_redirect_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 500  # characters; longer ones are left out of links


def way_back(request):
    """A path on this site, or "": `next` may come from anybody, and may lead anywhere."""
    path = path_of(get_next_redirect_url(request) or "")
    # from page to page about accounts
    while path.startswith(reverse("account_login").removesuffix("login/")):
        path = path_of(parse_qs(urlsplit(path).query).get("next", [""])[0])
    return path


def path_of(address):
    """Without scheme and host; "" for what is too long, can't be read, or would lead to another
    site all the same.
    """
    if len(address) > LONGEST:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    path = urlunsplit(("", "", parts.path, parts.query, ""))
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, None) else ""


def with_way_back(address, request):
    back = request and way_back(request)
    return f"{address}?next={quote(back)}" if back else address
