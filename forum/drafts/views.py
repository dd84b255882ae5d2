from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.models import Post, Topic
from forum.models.posts import LINE_END
from forum.views.decorators import for_members, post_or_redirect
from forum.views.limits import limited

from .models import PATHS, Draft, DraftError, target_in

LONGEST_AGE = 30 * 24 * 3600 * 1000  # milliseconds
OWN = ("draft_path", "draft_version", "draft_age", "csrfmiddlewaretoken")


@never_cache
@require_safe
@for_members
def index(request):
    """The member's drafts, newest first."""
    drafts = list(Draft.objects.filter(member=request.user).order_by("-typed_at", "-pk"))
    add_targets(drafts, request.user)
    return render(request, "drafts/index.html", {"drafts": drafts})


@never_cache
@require_safe
@for_members
def latest(request):
    """Redirect to the reply or new topic that the member wrote last; to a new topic if to none.

    Scripts bring a quotation there from a page without a composer.
    """
    newest = Draft.objects.filter(member=request.user).order_by("-typed_at", "-pk")
    drafts = list(newest.defer("fields", "other"))  # texts, of up to 20 MB
    add_targets(drafts, request.user)
    going_on = (draft.address for draft in drafts if takes_quotation(draft, request.user))
    return redirect(next(going_on, reverse("new_topic")))


@never_cache
@require_safe
@for_members
def show(request):
    """The draft of one form (`?path=`) as JSON, in the format of `data` in the personal stream."""
    path = request.GET.get("path", "")
    return JsonResponse({"draft": Draft.objects.personal(request.user, [path]).get(path)})


@never_cache
@require_safe
@for_members
def begun(request):
    """The bar that leads back to the reply begun in `?topic=`; 204 if there is none."""
    topic_id = number_in(request.GET.get("topic", ""), 2**53)
    topic = Topic.objects.visible_to(request.user).filter(pk=topic_id).first()
    path = reverse("create_reply", args=[topic_id])
    if not topic or not Draft.objects.filter(member=request.user, path=path).exists():
        return HttpResponse(status=204)
    return render(request, "drafts/_begun.html", {"topic": topic})


@never_cache
@post_or_redirect("drafts")
@for_members
@limited("draft")
def keep(request):
    """Save a draft: sent by scripts during typing, or by a button without scripts.

    In addition to the form's own fields: draft_path, the path that the form posts to;
    draft_version, the version it started from; draft_age, the age of the text in milliseconds (from
    scripts only; then the response is JSON).
    """
    path = request.POST.get("draft_path", "")
    check_path(path, request.user)
    fields = {
        name: LINE_END.sub("\n", text) for name, text in request.POST.items() if name not in OWN
    }
    age = number_in(request.POST.get("draft_age", ""), LONGEST_AGE)
    version = number_in(request.POST.get("draft_version", ""), 2**53)
    typed_at = timezone.now() - timedelta(milliseconds=age)
    is_script = "draft_age" in request.POST
    try:
        draft = Draft.objects.keep(request.user, path, fields, version, typed_at)
    except DraftError as error:
        if is_script:
            return JsonResponse({"message": str(error)}, status=409)
        context = {"error": str(error), "typed": [fields[n] for n in fields if n == "body"]}
        return render(request, "drafts/not_kept.html", context, status=409)
    if is_script:
        return JsonResponse({"draft": draft and draft.as_json()})
    if draft:
        messages.success(request, _("Your draft has been saved."))
    else:
        messages.warning(request, _("There was nothing to save."))
    return redirect("drafts")


@post_or_redirect("drafts")
@for_members
def discard(request):
    path = request.POST.get("path", "")
    if Draft.objects.discard(request.user, path):
        messages.success(request, _("The draft has been discarded."))
    return redirect("drafts")


def check_path(path, user):
    """Raise Http404 unless a form that `user` may see posts to this path."""
    found = PATHS.fullmatch(path)
    if not found:
        raise Http404
    if topic := found["topic"]:
        is_there = Topic.objects.visible_to(user).filter(pk=int(topic)).exists()
    elif post := found["post"]:
        is_there = Post.objects.visible_to(user).filter(pk=int(post)).exists()
    else:
        is_there = True
    if not is_there:
        raise Http404


def number_in(text, largest):
    """The integer in `text`, at most `largest`; 0 if it is not a number."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return 0
    return min(int(text), largest)


def takes_quotation(draft, user):
    """Whether it becomes a new post, as far as can be said; call after `add_targets`."""
    if draft.is_new_topic:
        return True
    return draft.address and not draft.post and (draft.topic.is_open or user.is_moderator)


def add_targets(drafts, user):
    """Set `topic`, `post` and `address` on each draft, in two queries.

    `topic` and `post` are None if `user` may no longer see them; `address` is that of the form, ""
    if it no longer exists.
    """
    found = {draft.pk: target_in(draft.path) for draft in drafts}
    posts = {int(match["post"]) for match in found.values() if match["post"]}
    posts = Post.objects.visible_to(user).select_related("topic").in_bulk(posts) if posts else {}
    topics = {int(match["topic"]) for match in found.values() if match["topic"]}
    topics = Topic.objects.visible_to(user).in_bulk(topics) if topics else {}
    for draft in drafts:
        match = found[draft.pk]
        draft.post = posts.get(int(match["post"] or 0))
        draft.topic = draft.post.topic if draft.post else topics.get(int(match["topic"] or 0))
        draft.is_new_topic = not (match["post"] or match["topic"])
        draft.address = address_of(draft)


def address_of(draft):
    if draft.is_new_topic:
        return reverse("new_topic")
    if draft.post:
        return reverse("edit_post", args=[draft.post.pk])
    return reverse("reply", args=[draft.topic.pk]) if draft.topic else ""
