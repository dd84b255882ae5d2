"""/robots.txt: what search engines may read, and where the sitemap is."""

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

# Forms, what is one member's own, and second views of what has an address elsewhere.
CLOSED = [
    "/accounts/",
    "/admin/",
    "/announcements/",
    "/continue/",
    "/drafts/",
    "/following/",
    "/notifications/",
    "/p/*/edit/",
    "/p/*/history/",
    "/p/*/menu/",
    "/p/*/reactions/",
    "/p/*/replies/",
    "/preview/",
    "/profile/",
    "/readings/",
    "/search/",
    "/searches/",
    "/settings/",
    "/t/*/edit/",
    "/t/*/jump/",
    "/t/*/last/",
    "/t/*/reply/",
    "/t/*/unread/",
    "/t/new/",
    "/u/*/level/",
]


@require_safe
def show(request):
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
