"""What moderators do with a whole topic: close and open, pin and unpin, move."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render

from forum.forms import unsent
from forum.forms.topics import MoveForm
from forum.models import Topic

from .guards import for_members, sent_from
from .submissions import saved


def for_moderators(view):
    """Calls `view(request, topic)` with a topic that this moderator may see; 403 for everybody else."""

    @for_members
    @wraps(view)
    def guarded(request, topic_id):
        topic = get_object_or_404(Topic.objects.visible_to(request.user).select_related("category"), pk=topic_id)
        if not request.user.is_moderator:
            raise PermissionDenied
        return view(request, topic)

    return guarded


def does(verb):
    """A view that does to the topic what its method of this name does, and shows it."""

    def view(request, topic):
        getattr(topic, verb)()
        return redirect(topic)

    return sent_from("topic")(for_moderators(wraps(getattr(Topic, verb))(view)))


close, open, pin, unpin = map(does, ("close", "open", "pin", "unpin"))


@for_moderators
def move(request, topic):
    form = MoveForm(
        request.POST or None,
        moderator=request.user,
        initial={"category": topic.category_id} | unsent.initial(request, request.path, MoveForm),
    )
    if request.method == "POST" and form.is_valid():
        topic.move(form.cleaned_data["category"])
        return saved(request, topic.get_absolute_url())
    return render(request, "topics/move.html", {"topic": topic, "form": form}, status=422 if form.errors else 200)
