"""Moderation of whole topics: close and reopen, pin and unpin, move."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.forms import unsent
from forum.forms.topics import MoveForm
from forum.models import Topic
from forum.views.decorators import for_members, post_or_redirect
from forum.views.moderation_log import logged

from .submissions import saved


def for_moderators(view):
    """Call `view(request, topic)` with a topic that this moderator may see; 403 for others."""

    @for_members
    @wraps(view)
    def guarded(request, topic_id):
        topic = get_object_or_404(
            Topic.objects.visible_to(request.user).select_related("category"), pk=topic_id
        )
        if not request.user.is_moderator:
            raise PermissionDenied
        return view(request, topic)

    return guarded


def topic_action(verb, message):
    """A view that calls the Topic method `verb` and redirects to the topic.

    `message` goes into the log.
    """

    def view(request, topic):
        with logged(request.user, topic, str(message)):
            getattr(topic, verb)(request.user)
        return redirect(topic)

    return post_or_redirect("topic")(for_moderators(wraps(getattr(Topic, verb))(view)))


close = topic_action("close", gettext_lazy("Closed."))
open = topic_action("open", gettext_lazy("Reopened."))
pin = topic_action("pin", gettext_lazy("Pinned."))
unpin = topic_action("unpin", gettext_lazy("Unpinned."))


@for_moderators
def move(request, topic):
    form = MoveForm(
        request.POST or None,
        moderator=request.user,
        initial={"category": topic.category_id} | unsent.initial(request, request.path, MoveForm),
    )
    if request.method == "POST" and form.is_valid():
        category = form.cleaned_data["category"]
        with logged(request.user, topic, _("Moved to %(category)s.") % {"category": category}):
            topic.move(category, request.user)
        return saved(request, topic.get_absolute_url())
    return render(
        request,
        "topics/move.html",
        {"topic": topic, "form": form},
        status=422 if form.errors else 200,
    )
