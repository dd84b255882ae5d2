from django.http import HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forum.choices import keep_choice
from forum.context import THEMES
from forum.views.ways_back import way_back


@csrf_exempt  # it only chooses a colour, and a token would put a cookie on every guest
@require_POST
def update(request):
    """Light, dark, or as the system wishes (any other word); then back to the page."""
    response = HttpResponseRedirect(way_back(request, request.POST.get("next", "/")))
    theme = request.POST.get("theme")
    if theme in THEMES:
        keep_choice(request, response, "theme", theme, httponly=True)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
