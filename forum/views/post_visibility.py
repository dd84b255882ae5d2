from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from forum.accounts.backends import as_stored
from forum.forms.posts import HideForm
from forum.pages.pagination import address
from forum.views.decorators import for_members, post_or_redirect
from forum.views.limits import limited
from forum.views.moderation_log import logged
from forum.views.posts import choices, found
from forum.views.submissions import is_check, not_saved, saved


@post_or_redirect("post_menu")
@for_members
def create(request, post_id):
    post = found(request.user, post_id)
    if post.is_hidden:
        reason = HideForm.base_fields["reason"].to_python(request.POST.get("reason", ""))
        if (request.user.pk, reason) == (post.hidden_by_id, post.hidden_reason):
            return saved(request, address(post.topic, post.number))
        if is_check(request):
            return not_saved()
        if reason:
            messages.error(
                request,
                _("Someone else has already hidden this post, so your reason wasn't saved."),
            )
        return redirect(address(post.topic, post.number))
    if is_check(request):
        return not_saved()
    if not post.can_be_hidden_by(request.user):
        raise PermissionDenied
    form = HideForm(request.POST, author=request.user)
    if not form.is_valid():
        return render(
            request, "posts/menu.html", choices(request, post) | {"hide_form": form}, status=422
        )
    hide(post, request.user, form.cleaned_data["reason"])
    return saved(request, address(post.topic, post.number))


def hide(post, member, reason):
    message = _("Hidden: %(reason)s") % {"reason": reason} if reason else _("Hidden.")
    with logged(member, post, message):
        post.hide(member, reason)


@post_or_redirect("post_menu")
@for_members
@limited("hide")
def destroy(request, post_id):
    post = found(request.user, post_id)
    if post.is_hidden:
        if not post.can_be_restored_by(request.user):
            raise PermissionDenied
        with logged(request.user, post, _("Restored.")):
            if not found(request.user, post_id).can_be_restored_by(as_stored(request.user)):
                raise PermissionDenied  # meanwhile a moderator has hidden the post
            post.restore()
    return redirect(address(post.topic, post.number))
