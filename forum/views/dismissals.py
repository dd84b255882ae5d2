from django.http import HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forum.announcements import COOKIE, dismissed_in
from forum.models import Announcement
from forum.views.ways_back import way_back

YEAR = 365 * 24 * 3600


@csrf_exempt  # it only puts a banner away, and a token would put a cookie on every guest
@require_POST
def create(request, announcement_id):
    """Shows the announcement no more in this browser, and goes back to the page. Forgets those that are over."""
    current = set(Announcement.objects.current().values_list("pk", flat=True))
    away = (dismissed_in(request.COOKIES) | {announcement_id}) & current
    response = HttpResponseRedirect(way_back(request, request.headers.get("Referer", "/")))
    value = ".".join(map(str, sorted(away)))
    response.set_cookie(COOKIE, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
