from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from forum.pages import address

from .guards import for_members, sent_from
from .limits import limited
from .posts import found


@sent_from("post_menu")
@for_members
@limited("hide")
def create(request, post_id):
    post = found(request.user, post_id)
    if not post.is_hidden:
        if not post.can_be_hidden_by(request.user):
            raise PermissionDenied
        post.hide(request.user)
    return redirect(address(post.topic, post.number))


@sent_from("post_menu")
@for_members
@limited("hide")
def destroy(request, post_id):
    post = found(request.user, post_id)
    if post.is_hidden:
        if not post.can_be_restored_by(request.user):
            raise PermissionDenied
        post.restore()
    return redirect(address(post.topic, post.number))
