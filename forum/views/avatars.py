"""The picture beside a member's name: chosen and removed in the profile, removed by moderators."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum.forms.avatars import stored
from forum.forms.uploads import NotStored
from forum.models.uploads import remove_avatar
from forum.views import members
from forum.views.decorators import for_members, post_or_redirect
from forum.views.moderation_log import log


@post_or_redirect("profile")
@for_members
def create(request):
    try:
        stored(request.user, request.FILES.get("picture"))
    except NotStored as error:
        response = members.profile(request, avatar_error=str(error))
        response.status_code = error.status
        if error.wait:
            response["Retry-After"] = str(error.wait)
        return response
    return redirect("profile")


@post_or_redirect("profile")
@for_members
def destroy(request):
    remove_avatar(request.user)
    return redirect("profile")


@post_or_redirect("member")
@for_members
def remove(request, username):
    """By a moderator, of another member."""
    member = members.find_member(username)
    if not request.user.is_moderator:
        raise PermissionDenied
    if member.avatar or member.wanted_avatar_id:
        remove_avatar(member)
        log(request.user, member, _("Removed the picture."))
    return redirect(member)
