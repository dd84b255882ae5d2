"""Permalinks into a topic: a post's address, a post number, the first unread post, the end."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from forum.models import Post, Topic
from forum.pages import topics
from forum.pages.pagination import address
from forum.views.topics import page_address


@require_safe
def post(request, post_id):
    found = get_object_or_404(
        Post.objects.visible_to(request.user).select_related("topic"), pk=post_id
    )
    return redirect(address(found.topic, found.number))


@require_safe
def number(request, topic_id, number=None):
    """Redirect to the post with this number, or the nearest; `?number=` is from the jump form."""
    topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=topic_id)
    wanted = request.GET.get("number", "") if number is None else str(number)
    if not (wanted.isascii() and wanted.isdigit()):
        raise Http404
    return redirect(page_address(topic, int(wanted[:9])))


@require_safe
def unread(request, topic_id):
    topic = topics.topic(request.user, topic_id)
    return redirect(page_address(topic, (topic.read_to or 0) + 1))


@require_safe
def last(request, topic_id):
    topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=topic_id)
    return redirect(page_address(topic, topic.last_number))
