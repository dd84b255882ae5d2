from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forum import markdown
from forum.accounts.backends import as_stored
from forum.forms import unsent
from forum.forms.posts import EditForm, HideForm, ReplyForm
from forum.models import Post
from forum.models.posts import EditConflict
from forum.pages import topics
from forum.pages.pagination import address
from forum.views.decorators import for_members, sent_from
from forum.views.moderation_log import logged

from .submissions import Submission, not_saved, only_asks, saved


@for_members
@require_safe
def new(request, topic_id):
    """The reply form on a page of its own; `?quote=` names the number of a post to quote."""
    topic = topics.topic(request.user, topic_id)
    quoted = quotation(topic, request.GET.get("quote", ""), request.user)
    waiting = unsent.initial(request, reverse("create_reply", args=[topic.pk]), ReplyForm)
    form = ReplyForm(author=request.user, initial={"body": quoted} if quoted else waiting)
    refusal = None if topic.takes_replies_from(request.user) else why_not(topic)
    return render(request, "posts/new.html", {"topic": topic, "form": form, "refusal": refusal})


@sent_from("reply")
@for_members
def create(request, topic_id):
    topic = topics.topic(request.user, topic_id)
    form = ReplyForm(request.POST, author=request.user)
    submission = Submission(request, form)
    if earlier := submission.earlier():
        return saved(request, address(earlier.topic, earlier.number))
    if only_asks(request):
        return not_saved()
    if not topic.takes_replies_from(request.user):
        context = {"topic": topic, "form": form, "refusal": why_not(topic)}
        return render(request, "posts/new.html", context, status=403)
    if not form.is_valid():
        return render(request, "posts/new.html", {"topic": topic, "form": form}, status=422)
    try:
        post = replied(topic, request.user, form.cleaned_data["body"], submission.mark)
    except TakesNoReplies as refusal:
        return render(
            request,
            "posts/new.html",
            {"topic": topic, "form": form, "refusal": str(refusal)},
            status=403,
        )
    except IntegrityError:
        post = submission.simultaneous()
        if not post:
            raise
    return saved(request, address(post.topic, post.number))


class TakesNoReplies(Exception):
    """The topic was closed, or its author lost their rights, since both were looked at; str() says
    so.
    """


@transaction.atomic
def replied(topic, author, body, mark):
    """The new post. Its topic is looked at once more, since nobody else can change it before this
    transaction ends.

    Raises TakesNoReplies, or Http404 when it was moved out of sight.
    """
    post, reader = topic.reply(author, body, *mark), as_stored(author)
    stands = topics.topic(reader, topic.pk)
    if not stands.takes_replies_from(reader):
        raise TakesNoReplies(why_not(stands))
    return post


@for_members
@require_safe
def edit(request, post_id):
    post = editable(request.user, post_id)
    waiting = unsent.initial(request, reverse("update_post", args=[post.pk]), EditForm)
    form = EditForm(
        author=request.user, initial={"body": post.body, "version": post.version} | waiting
    )
    return render(request, "posts/edit.html", {"post": post, "form": form})


@sent_from("edit_post")
@for_members
def update(request, post_id):
    post = found(request.user, post_id)
    if edited_before(request, post):
        return saved(request, address(post.topic, post.number))
    if only_asks(request):
        return not_saved()
    if not post.can_be_edited_by(request.user):
        raise PermissionDenied
    form = EditForm(request.POST, author=request.user)
    if not form.is_valid():
        return render(request, "posts/edit.html", {"post": post, "form": form}, status=422)
    said = form.cleaned_data
    try:
        with logged(request.user, post, _("Edited.")):
            editable(as_stored(request.user), post_id)  # still, now that nobody else can change it
            post.edit(request.user, said["body"], said["reason"], said["version"])
    except EditConflict as conflict:
        again = EditForm(
            initial={**request.POST.dict(), "version": conflict.post.version}, author=request.user
        )
        conflict.post.topic = post.topic
        return render(
            request,
            "posts/edit.html",
            {"post": conflict.post, "form": again, "conflict": True},
            status=409,
        )
    return saved(request, address(post.topic, post.number))


@require_safe
def menu(request, post_id):
    """What this reader may do with a post: a page of its own, or just the list for a script to show
    in place.
    """
    post = found(request.user, post_id)
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(
        request, "posts/_menu.html" if part else "posts/menu.html", choices(request, post)
    )


def choices(request, post):
    """What this reader may do with a post, and what they may know of it, for the template of its
    menu.
    """
    user = request.user
    may_hide = post.can_be_hidden_by(user)
    waiting = unsent.initial(request, reverse("hide_post", args=[post.pk]), HideForm)
    return {
        "post": post,
        "may_edit": post.can_be_edited_by(user),
        "may_hide": may_hide,
        "hide_form": HideForm(initial=waiting) if may_hide and post.author_id != user.pk else None,
        "may_restore": post.can_be_restored_by(user),
        "may_read": post.can_be_read_by(user),
    }


@require_POST
def preview(request):
    """How a text will look. 422 with a sentence when it can't be posted as it is."""
    from forum.cache import rate_limits
    from forum.models import User

    if not request.user.is_authenticated:
        raise PermissionDenied
    body = request.POST.get("body", "")
    if rate_limits.seconds_to_wait("preview", request.user.pk):
        return render(
            request,
            "posts/_preview.html",
            {"error": _("Too many previews. Please wait.")},
            status=429,
        )
    try:
        html = markdown.render(body, known=User.objects.known)
    except markdown.MarkdownError as error:
        return render(request, "posts/_preview.html", {"error": str(error)}, status=422)
    return render(request, "posts/_preview.html", {"html": html})


def edited_before(request, post):
    """Whether this form was saved before and is only sent again, whatever was made of the post
    since.
    """
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return False
    body, reason = (
        EditForm.base_fields[name].to_python(request.POST.get(name, ""))
        for name in ("body", "reason")
    )
    return post.has_edit(request.user, body, reason, int(version))


def found(user, post_id):
    posts = Post.objects.visible_to(user).select_related(
        "topic__category", "author", "edited_by", "hidden_by"
    )
    return get_object_or_404(posts, pk=post_id)


def editable(user, post_id):
    post = found(user, post_id)
    if not post.can_be_edited_by(user):
        raise PermissionDenied
    return post


def quotation(topic, number, user):
    if not number:
        return ""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404
    post = get_object_or_404(topic.posts.select_related("author"), number=int(number))
    if not post.can_be_read_by(user):
        raise Http404
    return markdown.quote(post.body, post.author.username, post.get_absolute_url())


def why_not(topic):
    if not topic.is_open:
        return _(
            "This topic is closed to new replies. Your text is still here, so you can copy it."
        )
    return _("You can read this category, but not post in it.")
