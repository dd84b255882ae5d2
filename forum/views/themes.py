from django.http import HttpResponseRedirect

from forum.pages.context_processors import THEMES
from forum.views.choice_cookies import keep_choice
from forum.views.decorators import without_token
from forum.views.redirects import way_back


@without_token
def update(request):
    """Light, dark, or as the system wishes (any other word); then back to the page."""
    response = HttpResponseRedirect(way_back(request, request.POST.get("next", "/")))
    theme = request.POST.get("theme")
    if theme in THEMES:
        keep_choice(request, response, "theme", theme, httponly=True)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
