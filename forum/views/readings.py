from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.models import Reading, Topic
from forum.models.readings import with_readings
from forum.views.decorators import for_members

from .limits import limited

MOST = 200  # topics in one question


@never_cache
@require_safe
@for_members
def index(request):
    """How far a member has read the topics of a list: {"12": 40, "13": 0}, 0 for what was never opened."""
    ids = request.GET.get("topics", "").split(",")
    if len(ids) > MOST or not all(is_id(pk) for pk in ids):
        return HttpResponseBadRequest(f"topics must be up to {MOST} ids like 12,13.")
    topics = with_readings(Topic.objects.visible_to(request.user), request.user, unopened=0)
    return JsonResponse(dict(topics.filter(pk__in=ids).values_list("pk", "read_to")))


@never_cache
@for_members
@limited("reading")
def create(request, topic_id):
    """The number of the last post that was on the screen. By POST from a page that has no socket, or none any more; by
    GET, as a picture, from one without scripts."""
    number = (request.POST or request.GET).get("number", "")
    if not is_id(number):
        return HttpResponseBadRequest("number must be a post's, like 12.")
    Reading.objects.record_seen(request.user, topic_id, int(number))
    return HttpResponse(status=204)


def is_id(text):
    return text.isascii() and text.isdigit() and len(text) < 19
