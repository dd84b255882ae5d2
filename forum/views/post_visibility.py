from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from forum.accounts.backends import as_stored
from forum.forms.posts import HideForm
from forum.pages.pagination import address
from forum.views.decorators import for_members, sent_from
from forum.views.limits import limited
from forum.views.moderation_log import logged
from forum.views.posts import choices, found
from forum.views.submissions import not_saved, only_asks, saved


@sent_from("post_menu")
@for_members
def create(request, post_id):
    post = found(request.user, post_id)
    if post.is_hidden:
        reason = HideForm.base_fields["reason"].to_python(request.POST.get("reason", ""))
        if (request.user.pk, reason) == (post.hidden_by_id, post.hidden_reason):
            return saved(request, address(post.topic, post.number))
        if only_asks(request):
            return not_saved()
        if reason:
            messages.error(
                request,
                _("Someone else has already hidden this post, so your reason wasn't saved."),
            )
        return redirect(address(post.topic, post.number))
    if only_asks(request):
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
    said = _("Hidden: %(reason)s") % {"reason": reason} if reason else _("Hidden.")
    with logged(member, post, said):
        post.hide(member, reason)


@sent_from("post_menu")
@for_members
@limited("hide")
def destroy(request, post_id):
    post = found(request.user, post_id)
    if post.is_hidden:
        if not post.can_be_restored_by(request.user):
            raise PermissionDenied
        with logged(request.user, post, _("Restored.")):
            if not found(request.user, post_id).can_be_restored_by(as_stored(request.user)):
                raise PermissionDenied  # a moderator has hidden what its author had
            post.restore()
    return redirect(address(post.topic, post.number))
