from django.http import HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forum.context import THEMES
from forum.views.ways_back import way_back

YEAR = 365 * 24 * 3600


@csrf_exempt  # it only chooses a colour, and a token would put a cookie on every guest
@require_POST
def update(request):
    """Light, dark, or as the system wishes (any other word); then back to the page."""
    response = HttpResponseRedirect(way_back(request, request.POST.get("next", "/")))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme")
    return response
