from django.http import HttpResponseRedirect

from forum.models import Announcement
from forum.pages.announcements import COOKIE, dismissed_in
from forum.views.choice_cookies import keep_choice
from forum.views.decorators import without_token
from forum.views.redirects import way_back


@without_token
def create(request, announcement_id):
    """Shows the announcement no more in this browser, and goes back to the page. Forgets those that
    are over.
    """
    current = set(Announcement.objects.current().values_list("pk", flat=True))
    away = (dismissed_in(request.COOKIES) | {announcement_id}) & current
    response = HttpResponseRedirect(way_back(request, request.headers.get("Referer", "/")))
    keep_choice(
        request, response, COOKIE, ".".join(map(str, sorted(away)))
    )  # js/elements/live_announcements.js reads it
    return response
