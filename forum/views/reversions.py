from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from forum import markdown
from forum.accounts.backends import as_stored
from forum.forms.posts import RevertForm
from forum.models.posts import EditConflict
from forum.pages.pagination import address
from forum.pages.post_history import difference
from forum.views.decorators import for_members
from forum.views.moderation_log import logged

from .posts import found
from .revisions import version_found
from .submissions import saved


@for_members
def new(request, post_id, number):
    """Asks whether to revert a post to its version `number`, and does it."""
    post = revertible(request.user, post_id)
    revision = revision_of(post, number)
    form = RevertForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        return asked(request, post, revision, status=422 if form.is_bound else 200)
    version = form.cleaned_data["version"]
    if post.has_revert(request.user, revision, version):
        return saved(request, address(post.topic, post.number), post)
    try:
        revert(request.user, post, revision, version)
    except EditConflict as conflict:
        conflict.post.topic = post.topic
        return asked(request, conflict.post, revision, is_conflict=True, status=409)
    except markdown.MarkdownError as error:
        return asked(request, post, revision, error=str(error), status=422)
    return saved(request, address(post.topic, post.number), post)


def revert(moderator, post, revision, version):
    message = _("Reverted to version %(number)d.") % {"number": revision.number}
    with logged(moderator, post, message):
        # Check again, now under the lock.
        revision_of(revertible(as_stored(moderator), post.pk), revision.number)
        post.revert(moderator, revision, version)


def asked(request, post, revision, status=200, **more):
    context = {
        "post": post,
        "revision": revision,
        "difference": difference(post.body, revision.body),
        "form": RevertForm(initial={"version": post.version}),
        **more,
    }
    return render(request, "revisions/revert.html", context, status=status)


def revertible(user, post_id):
    post = found(user, post_id)
    if not post.versions_can_be_moderated_by(user):
        raise PermissionDenied
    return post


def revision_of(post, number):
    """A former version of the post by its number in the history; Http404 if none, or hidden."""
    revision = version_found(post, number)
    if revision.is_hidden:
        raise Http404
    return revision
