from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from forum.pages.post_history import history

from .posts import found
from .replies import is_part


@require_safe
def index(request, post_id):
    """The versions of a post with their differences, newest first.

    `?before=` pages by version; `?view=` is how differences are shown. Scripts get a fragment with
    what the last edit changed.
    """
    post = found(request.user, post_id)
    if not post.can_be_read_by(request.user):
        raise PermissionDenied
    if is_part(request):
        (latest,), _older = history(post, request.user, view="excerpt", size=1)
        return render(request, "revisions/_changes.html", {"post": post, "version": latest})
    before, view = requested_version(request), request.GET.get("view", "inline")
    if view not in ("inline", "sides"):
        raise Http404
    versions, older = history(post, request.user, before, view)
    if not versions:
        raise Http404
    context = {
        "post": post,
        "versions": versions,
        "older": older,
        "before": before,
        "view": view,
        "moderates": post.versions_can_be_moderated_by(request.user),
    }
    return render(request, "revisions/index.html", context)


def version_found(post, number):
    """A former version of the post by its number in the history, or Http404."""
    version = number + post.first_version - 1
    revision = get_object_or_404(post.revisions.select_related("hidden_by"), version=version)
    revision.post = post
    return revision


def requested_version(request):
    before = request.GET.get("before")
    if before is None:
        return None
    if not (before.isascii() and before.isdigit() and len(before) < 10 and int(before) > 0):
        raise Http404
    return int(before)
