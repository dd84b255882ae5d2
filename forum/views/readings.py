from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.models import Topic
from forum.models.readings import with_readings

from .guards import for_members

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


def is_id(text):
    return text.isascii() and text.isdigit() and len(text) < 19
