from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from forum.accounts.backends import as_stored
from forum.forms import unsent
from forum.forms.posts import WikiForm
from forum.pages.pagination import address
from forum.views.decorators import for_members

from .moderation_log import logged
from .posts import found
from .submissions import saved


@for_members
def edit(request, post_id):
    """Who may edit a post besides its author and moderators."""
    post = changeable(request.user, post_id)
    form = WikiForm(
        request.POST if request.method == "POST" else None,
        initial=WikiForm.initial_for(post) | unsent.initial(request, request.path, WikiForm),
    )
    if form.is_bound and form.is_valid():
        with logged(request.user, post, form.message):
            changeable(as_stored(request.user), post_id)  # check again, now under the lock
            form.apply(post)
        return saved(request, address(post.topic, post.number), post)
    context = {"post": post, "form": form}
    return render(request, "posts/wiki.html", context, status=422 if form.errors else 200)


def changeable(user, post_id):
    post = found(user, post_id)
    if not post.wiki_can_be_changed_by(user):
        raise PermissionDenied
    return post
