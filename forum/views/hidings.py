from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from forum.pages import address

from .posts import found


@login_required
@require_POST
def create(request, post_id):
    post = found(request.user, post_id)
    if not post.is_hidden:
        if not post.can_be_hidden_by(request.user):
            raise PermissionDenied
        post.hide(request.user)
    return redirect(address(post.topic, post.number))


@login_required
@require_POST
def destroy(request, post_id):
    post = found(request.user, post_id)
    if post.is_hidden:
        if not post.can_be_restored_by(request.user):
            raise PermissionDenied
        post.restore()
    return redirect(address(post.topic, post.number))
