from django.http import HttpResponseRedirect

from forum.models import Announcement
from forum.pages.announcements import COOKIE, dismissed_in
from forum.views.choice_cookies import keep_choice
from forum.views.decorators import csrf_by_origin
from forum.views.redirects import local_or_home


@csrf_by_origin
def create(request, announcement_id):
    """Hide an announcement in this browser and redirect back; drops expired ids from the cookie."""
    current = set(Announcement.objects.current().values_list("pk", flat=True))
    dismissed = (dismissed_in(request.COOKIES) | {announcement_id}) & current
    response = HttpResponseRedirect(local_or_home(request, request.headers.get("Referer", "/")))
    keep_choice(
        request, response, COOKIE, ".".join(map(str, sorted(dismissed)))
    )  # js/elements/live_announcements.js reads it
    return response
