"""Sitemaps (sitemaps.org, 0.9): an index, the lists, and topics by ranges of their ids.

A range costs the same however many topics there are, and keeps its address.
"""

from urllib.parse import quote
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from forum.db.prepared import Prepared
from forum.models import Category, Tag, Topic

from .limits import limited

SIZE = 10_000  # topic ids; the standard allows 50,000 addresses
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
GUEST = AnonymousUser()


@require_safe
@limited
def index(request):
    numbers = range(newest() // SIZE + 1)
    ranges = [number for number in numbers if ANY.rows(GUEST, *ends(number))]
    addresses = [
        reverse("list_sitemap"),
        *(reverse("topic_sitemap", args=[number]) for number in ranges),
    ]
    return xml("sitemapindex", ("sitemap", ((address, None) for address in addresses)))


@require_safe
@limited
def lists(request):
    of = [*Category.objects.visible_to(GUEST), *Tag.objects.visible_to(GUEST)[:SIZE]]
    addresses = ["/", *(one.get_absolute_url() for one in of)]
    return xml("urlset", ("url", ((address, None) for address in addresses)))


@require_safe
@limited
def topics(request, number):
    found = ALL.rows(GUEST, *ends(number))
    if not found:
        raise Http404
    return xml("urlset", ("url", ((address(pk, slug), at) for pk, slug, at in found)))


def ends(number):
    """The first id of a range, and the first one behind it."""
    return number * SIZE, (number + 1) * SIZE


def within(reader, first, end):
    found = Topic.objects.visible_to(reader).filter(pk__gte=first, pk__lt=end)
    return found.order_by("pk").values_list("pk", "slug", "bumped_at")


ALL = Prepared(within)
ANY = Prepared(lambda reader, *ends: within(reader, *ends)[:1])


def newest():
    return Topic.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def address(pk, slug):
    """As `Topic.get_absolute_url`, which takes much longer."""
    return f"/t/{pk}-{quote(slug)}/"


def xml(name, entries):
    kind, found = entries
    parts = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{NAMESPACE}">\n']
    for path, at in found:
        modified = f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if at else ""
        parts.append(f"<{kind}><loc>{escape(settings.SITE_URL + path)}</loc>{modified}</{kind}>\n")
    parts.append(f"</{name}>\n")
    return HttpResponse("".join(parts), content_type="application/xml; charset=utf-8")
