"""Permalinks into a topic: a post's address, a post number, the first unread post, the end."""

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from forum.db.prepared import Prepared
from forum.models import Post, Topic
from forum.pages import topics
from forum.pages.pagination import address
from forum.views.found import found_or_404
from forum.views.topics import page_address


def visible_post(reader, pk):
    posts = Post.objects.visible_to(reader).filter(pk=pk)
    return posts.select_related("topic").defer("body", "html")


POST = Prepared(visible_post)
TOPIC = Prepared(lambda reader, pk: Topic.objects.visible_to(reader).filter(pk=pk))


@require_safe
def post(request, post_id):
    found = found_or_404(POST, request.user, post_id)
    return redirect(address(found.topic, found.number))


@require_safe
def number(request, topic_id, number=None):
    """Redirect to the post with this number, or the nearest; `?number=` is from the jump form."""
    topic = found_or_404(TOPIC, request.user, topic_id)
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
    topic = found_or_404(TOPIC, request.user, topic_id)
    return redirect(page_address(topic, topic.last_number))
