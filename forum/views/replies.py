"""Which posts answer a post, and how the post begins that one answers."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from forum.models import Post
from forum.pages.pagination import address

SHOWN = 10


@require_safe
def index(request, post_id):
    """The replies to a post: a page, or just its fragment for scripts to insert.

    `?after=` is the number of the last reply of the page before.
    """
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise Http404
    visible = Post.objects.visible_to(request.user)
    post = get_object_or_404(visible.select_related("topic", "author"), pk=post_id)
    found = visible.filter(reply_to=post, number__gt=int(after)).shown().select_related("author")
    replies = list(found.order_by("number")[: SHOWN + 1])
    more = replies[SHOWN - 1].number if len(replies) > SHOWN else None
    for reply in replies[:SHOWN]:
        reply.address = address(post.topic, reply.number)
    context = {"post": post, "replies": replies[:SHOWN], "more": more}
    part = "posts/_replies.html" if is_part(request) else "posts/replies.html"
    return render(request, part, context)


@require_safe
def excerpt(request, topic_id, number):
    """For scripts: who wrote a post, and how it begins; of a hidden one only that it is hidden."""
    if not is_part(request):
        return redirect("number", topic_id, number)
    visible = Post.objects.visible_to(request.user).select_related("topic", "author")
    post = get_object_or_404(visible, topic=topic_id, number=number)
    post.address = address(post.topic, post.number)
    return render(request, "posts/_excerpt.html", {"post": post})


def is_part(request):
    """Whether a script asks for what it puts into another page."""
    return request.headers.get("X-Requested-With") == "part"
