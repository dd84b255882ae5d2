"""The feed over HTTP: for gaps that a socket left, and for pages that can't open one."""

from django.http import HttpResponseBadRequest, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from realtime import metrics
from realtime.catchup import changes, personal_changes
from realtime.http.query_limits import fields_of
from realtime.protocol.messages import (
    BadMessage,
    epoch_in,
    list_in,
    number_in,
    post_in,
    rows_in,
    shown_in,
)


@require_safe
def topic_changes(request, topic_id):
    """GET /t/12/changes?epoch=k3f9&since=41."""
    try:
        fields = fields_of(request)
        epoch, since = epoch_in(fields), number_in(fields, "since")
    except BadMessage as error:
        return HttpResponseBadRequest(str(error))
    answer = changes.topic_changes(request.user, topic_id, epoch, since)
    return answered(answer, 404 if answer["type"] == "gone" else 200)


@require_safe
def member_changes(request, member_id):
    """GET /members/7/changes?epoch=k3f9&since=41, for that member only."""
    try:
        fields = fields_of(request)
        epoch, since = epoch_in(fields), number_in(fields, "since")
    except BadMessage as error:
        return HttpResponseBadRequest(str(error))
    answer = personal_changes.answer(request.user, member_id, epoch, since)
    return answered(answer, 404 if answer["type"] == "gone" else 200)


@require_safe
def list_changes(request):
    """GET /changes?list=latest&rows=12:41,13:5."""
    try:
        fields = fields_of(request)
        name, rows = list_in(fields), rows_in(fields.get("rows", ""))
    except BadMessage as error:
        return HttpResponseBadRequest(str(error))
    topic_list = changes.list_named(name, request.user)
    if topic_list is None:
        return answered({"type": "gone", "list": name}, 404)
    return answered(changes.list_changes(topic_list, rows))


@require_safe
def news(request):
    """GET /news?since=977&topic=12, or &list=category:5; since=now to begin."""
    try:
        fields = fields_of(request)
        since, (topic, name) = post_in(fields, "since"), shown_in(fields)
    except BadMessage as error:
        return HttpResponseBadRequest(str(error))
    return answered(changes.news_since(request.user, since, topic, name))


def answered(data, status=200):
    metrics.CATCH_UPS.labels("http").inc()
    response = JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie"])
    return response
