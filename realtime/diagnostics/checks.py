"""The checks of the connection panel: whether proxy, settings and Redis agree, and what to do."""

import platform
import time
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.serving.client_address import request_address
from realtime import redis_layer
from realtime.diagnostics import missing_upgrade
from realtime.hub.hub import running_hub

OK, WARN = "ok", "warn"
RECENT = 3600  # seconds for which a missing upgrade is reported


class Finding(NamedTuple):
    """The result of one check."""

    name: str
    state: str  # OK or WARN
    message: str  # what was found and, if something is wrong, what to do


def run(request):
    """[Finding], for the process that answers this request."""
    checks = (address, scheme, proxies, upgrade, redis, sweep)
    return [*(check(request) for check in checks), here(), versions()]


def address(request):
    name, home = _("Address"), urlsplit(settings.SITE_URL).netloc
    if not validate_host(
        split_domain_port(home)[0], settings.ALLOWED_HOSTS or [".localhost", "127.0.0.1", "[::1]"]
    ):
        return Finding(
            name,
            WARN,
            _("ALLOWED_HOSTS lacks %(home)s, so its WebSockets are refused.") % {"home": home},
        )
    if request.get_host() == home:
        return Finding(name, OK, home)
    message = _(
        "You reached the site as %(came)s, but SITE_URL says %(home)s, and links in emails lead"
        " there. Make the proxy forward the Host header unchanged, or change SITE_URL."
    )
    return Finding(name, WARN, message % {"came": request.get_host(), "home": home})


def scheme(request):
    name = _("Encryption")
    forwarded = request.headers.get("X-Forwarded-Proto", "")
    if forwarded == "https" and not settings.HTTPS:
        message = _(
            "You reached the site over HTTPS. Make SITE_URL start with https:// too, so that"
            " cookies are secure."
        )
        return Finding(name, WARN, message)
    if settings.HTTPS and not request.is_secure():
        return Finding(
            name,
            WARN,
            _("SITE_URL says https, but the proxy doesn't send X-Forwarded-Proto: https."),
        )
    return Finding(name, OK, "https" if settings.HTTPS else _("none (http), as SITE_URL says"))


def proxies(request):
    name = _("Proxies")
    chain = [hop for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    if chain and not trusted:
        message = _(
            "X-Forwarded-For is sent but not trusted, so all visitors share the proxy's address and"
            " its limits. If the proxy is yours, set TRUSTED_PROXIES=1."
        )
        return Finding(name, WARN, message)
    if trusted > len(chain):
        message = _(
            "TRUSTED_PROXIES is %(trusted)s, but X-Forwarded-For lists %(chain)s addresses. Each"
            " proxy must add one."
        )
        return Finding(name, WARN, message % {"trusted": trusted, "chain": len(chain)})
    if trusted and not request_address(request):
        message = _(
            "X-Forwarded-For names no address (%(named)s), so all visitors like you share one"
            " limit. Let the proxy put the visitor's IP address there."
        )
        return Finding(name, WARN, message % {"named": chain[-trusted].strip()})
    return Finding(name, OK, _("%(trusted)s trusted") % {"trusted": trusted})


def upgrade(request):
    name = _("Sockets")
    if time.monotonic() - missing_upgrade.last < RECENT:
        message = _(
            "In the last hour a browser asked for a WebSocket and the proxy dropped the upgrade."
            " Make it forward the Upgrade and Connection headers for /ws/, over HTTP/1.1."
        )
        return Finding(name, WARN, message)
    hub = running_hub()
    pages = len(hub.pages) if hub else 0
    return Finding(
        name,
        OK,
        ngettext("%d open page in this process", "%d open pages in this process", pages) % pages,
    )


def redis(request):
    name = "Redis"
    if not settings.REDIS_URL:
        return Finding(
            name,
            OK,
            _("not used, which is fine for one process. Several processes need REDIS_URL."),
        )
    if not redis_layer.probe("parley.probe", {"type": "probe"}):
        return Finding(
            name,
            WARN,
            _(
                "No answer; the sweep updates pages instead. Check REDIS_URL, and that Redis is"
                " running."
            ),
        )
    hub = running_hub()
    if hub and hub.subscriptions.away:
        return Finding(
            name,
            WARN,
            _("Redis answers but delivers nothing. Check its log and its client limits."),
        )
    return Finding(name, OK, _("answers") if not hub else _("answers and delivers"))


def sweep(request):
    name, hub = _("Sweep"), running_hub()
    if not hub or not hub.pages:
        return Finding(name, OK, _("idle: no page is open in this process"))
    silent = time.monotonic() - hub.sweep.ended_at
    if silent > 60:
        return Finding(name, WARN, _("The last sweep was too long ago. Check this process's log."))
    return Finding(name, OK, _("%(seconds)s s ago") % {"seconds": round(silent)})


def here():
    hub = running_hub()
    topics = len(hub.sweep.heads) if hub else 0
    return Finding(_("Shown here"), OK, ngettext("%d topic", "%d topics", topics) % topics)


def versions():
    parts = [
        f"Python {platform.python_version()}",
        f"Django {django.__version__}",
        f"Channels {version('channels')}",
    ]
    return Finding(_("Versions"), OK, ", ".join([*parts, connection.vendor]))
