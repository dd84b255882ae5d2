from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from forum.accounts.backends import as_stored
from forum.forms import unsent
from forum.forms.posts import HideVersionForm
from forum.models import Topic
from forum.views.decorators import for_members, post_or_redirect

from .moderation_log import log
from .posts import found
from .revisions import version_found
from .submissions import is_check, not_saved, saved


@for_members
def new(request, post_id, number):
    """Asks why to hide a version of a post, and hides it; says that the current text can't be."""
    post = moderated(request.user, post_id)
    if number == post.version - post.first_version + 1:
        return render(request, "revisions/hide.html", {"post": post, "number": number})
    revision = version_found(post, number)
    if revision.is_hidden and request.method == "POST":
        return hidden_before(request, revision)
    if is_check(request):
        return not_saved()
    form = HideVersionForm(
        request.POST or None,
        author=request.user,
        initial=unsent.initial(request, request.path, HideVersionForm),
    )
    if request.method == "POST" and form.is_valid():
        hide(request.user, revision, form.cleaned_data["reason"])
        return saved(request, history_of(post))
    context = {"post": post, "number": number, "revision": revision, "form": form}
    return render(request, "revisions/hide.html", context, status=422 if form.errors else 200)


def hidden_before(request, revision):
    """The answer to a form for a version that is hidden already, by this form or another."""
    reason = HideVersionForm.base_fields["reason"].to_python(request.POST.get("reason", ""))
    if (request.user.pk, reason) != (revision.hidden_by_id, revision.hidden_reason):
        if is_check(request):
            return not_saved()
        messages.error(
            request,
            _("Someone else has already hidden this version, so your reason wasn't saved."),
        )
    return saved(request, history_of(revision.post))


@transaction.atomic
def hide(moderator, revision, reason):
    facts = {"number": revision.number, "reason": reason}
    message = (
        _("Version %(number)d hidden: %(reason)s") if reason else _("Version %(number)d hidden.")
    )
    still_moderated(moderator, revision.post)
    if revision.hide(moderator, reason):
        log(moderator, revision.post, message % facts)


@post_or_redirect("hide_version")
@for_members
@transaction.atomic
def destroy(request, post_id, number):
    """Shows a hidden version to everybody again."""
    post = moderated(request.user, post_id)
    revision = version_found(post, number)
    still_moderated(request.user, post)
    if revision.restore():
        log(request.user, post, _("Version %(number)d restored.") % {"number": number})
    return redirect(history_of(post))


def moderated(user, post_id):
    post = found(user, post_id)
    if not post.versions_can_be_moderated_by(user):
        raise PermissionDenied
    return post


def still_moderated(user, post):
    """Check again, under the lock of the topic."""
    Topic.objects.locked(post.topic_id)
    moderated(as_stored(user), post.pk)


def history_of(post):
    return reverse("history", args=[post.pk])
