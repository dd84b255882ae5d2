from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.models import Reading, Topic
from forum.models.readings import with_readings
from forum.views.decorators import for_members

from .limits import limited

MAX_TOPICS = 200  # in one request


@never_cache
@require_safe
@for_members
def index(request):
    """JSON: how far the member has read topics, {"12": 40, "13": 0}; 0 if never opened."""
    ids = request.GET.get("topics", "").split(",")
    if len(ids) > MAX_TOPICS or not all(is_id(pk) for pk in ids):
        return HttpResponseBadRequest(f"topics must be up to {MAX_TOPICS} ids like 12,13.")
    topics = with_readings(Topic.objects.visible_to(request.user), request.user, unopened=0)
    return JsonResponse(dict(topics.filter(pk__in=ids).values_list("pk", "read_to")))


@never_cache
@for_members
@limited("reading")
def create(request, topic_id):
    """Record the number of the last post that was on the screen.

    Pages without a socket send a POST. Pages without scripts load an image, whose address is
    signed, so that other sites can't forge it.
    """
    number = (request.POST or request.GET).get("number", "")
    if not is_id(number):
        return HttpResponseBadRequest("number must be a post number like 12.")
    if request.method != "POST" and not is_from_page(request, topic_id, number):
        return HttpResponseBadRequest("This address is valid only for the reader of its page.")
    Reading.objects.record_seen(request.user, topic_id, int(number))
    return HttpResponse(status=204)


def picture(user, topic_id, number):
    """The signed address of the image that records that `user` has read up to this post."""
    return f"{reverse('seen', args=[topic_id])}?number={number}&mark={mark(user, topic_id, number)}"


def is_from_page(request, topic_id, number):
    return constant_time_compare(request.GET.get("mark", ""), mark(request.user, topic_id, number))


def mark(user, topic_id, number):
    return salted_hmac("forum.seen", f"{user.pk} {topic_id} {number}").hexdigest()


def is_id(text):
    return text.isascii() and text.isdigit() and len(text) < 19
