"""/manifest.webmanifest: what browsers need to install the forum like an app (W3C App Manifest)."""

from django.conf import settings
from django.http import JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

PAPER, ACCENT = "#fbfaf7", "#0b6e63"  # as in static/css/tokens.css, light
ICONS = [("192.png", "192x192", "any"), ("512.png", "512x512", "any")]
ICONS += [("maskable-512.png", "512x512", "maskable")]


@require_safe
def show(request):
    data = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "lang": settings.LANGUAGE_CODE,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": ACCENT,
        "icons": [
            {
                "src": static(f"icons/{name}"),
                "sizes": sizes,
                "type": "image/png",
                "purpose": purpose,
            }
            for name, sizes, purpose in ICONS
        ],
        "shortcuts": [
            {"name": _("New topic"), "url": "/t/new/"},
            {"name": _("Notifications"), "url": "/notifications/"},
            {"name": _("Search"), "url": "/search/"},
        ],
    }
    response = JsonResponse(data, content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response
