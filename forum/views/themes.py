from django.http import HttpResponseRedirect

from forum.pages.context_processors import THEMES
from forum.views.choice_cookies import keep_choice
from forum.views.decorators import csrf_by_origin
from forum.views.redirects import local_or_home


@csrf_by_origin
def update(request):
    """Store the theme "light" or "dark"; any other value follows the system. Then redirect back."""
    response = HttpResponseRedirect(local_or_home(request, request.POST.get("next", "/")))
    theme = request.POST.get("theme")
    if theme in THEMES:
        keep_choice(request, response, "theme", theme, httponly=True)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
