"""Accepting a post as the answer to its topic's question."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from forum.accounts.backends import as_stored
from forum.models import Topic
from forum.pages.pagination import address
from forum.views.decorators import for_members, post_or_redirect
from forum.views.limits import limited
from forum.views.moderation_log import log
from forum.views.posts import found
from forum.views.submissions import saved

ON, OFF = "on", "off"


@post_or_redirect("post")
@for_members
@limited("answer")
def create(request, post_id):
    """Accept the post (`accept=on`), or no more (`off`): so a form may be sent twice."""
    post, wanted = found(request.user, post_id), request.POST.get("accept")
    if wanted not in (ON, OFF):
        raise Http404
    with transaction.atomic():
        Topic.objects.locked(post.topic_id)
        member = as_stored(request.user)
        post = found(member, post_id)  # check again, now under the lock
        if post.is_answer != (wanted == ON) and not chosen(post, member, wanted):
            return refused(request, post)
    return saved(request, address(post.topic, post.number), post)


def chosen(post, member, wanted):
    """Accept it or take that back; False if `member` may not."""
    if wanted == ON:
        is_allowed, act = post.can_be_accepted_by(member), post.accept
        words = _("Accepted post %(number)d as the answer.")
    else:
        is_allowed, act = post.can_be_taken_back_by(member), post.take_back
        words = _("Took back that post %(number)d is the answer.")
    if is_allowed:
        act(member)
        if post.topic.author_id != member.pk:  # who has asked does not moderate
            log(member, post.topic, words % {"number": post.number})
    return is_allowed


def refused(request, post):
    words = _("You can't choose this post as the answer any more. Reload the page to see why.")
    if "X-Requested-With" in request.headers:
        return render(request, "reactions/_refused.html", {"words": words}, status=422)
    messages.error(request, words)
    return redirect(address(post.topic, post.number))
