from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forum import markdown
from forum.accounts.backends import as_stored
from forum.db.prepared import Prepared
from forum.forms import unsent
from forum.forms.limits import duration
from forum.forms.posts import EditForm, HideForm, ReplyForm, not_answerable
from forum.forms.uploads import attached
from forum.models import Post, Upload, mentionable
from forum.models.posts import EditConflict
from forum.pages import topics
from forum.pages.pagination import address
from forum.views.decorators import for_members, post_or_redirect
from forum.views.found import found_or_404
from forum.views.moderation_log import logged

from .post_review import missed
from .prefilled_forms import form_for
from .replies import is_part
from .submissions import Submission, invalid, is_check, not_saved, saved


@for_members
@require_safe
def new(request, topic_id):
    """The reply form on its own page.

    `?to=` is the number of the post that the reply answers; `?quote=` of one to quote, which it
    answers as well if nothing else was written. Scripts get the quotation alone.
    """
    topic = topics.topic(request.user, topic_id)
    answered, quoted = (readable(topic, request, name) for name in ("to", "quote"))
    quote = quotation(quoted) if quoted else ""
    if is_part(request):
        return HttpResponse(quote, content_type="text/plain; charset=utf-8")
    path = reverse("create_reply", args=[topic.pk])
    form = form_for(request, path, ReplyForm, quoted=quote, topic=topic)
    if quoted and form.initial["body"] == quote:
        answered = answered or quoted
    if answered:
        form.initial["reply_to"] = str(answered.number)
    refusal = None if topic.takes_replies_from(request.user) else refusal_reason(topic)
    return render(request, "posts/new.html", {"topic": topic, "form": form, "refusal": refusal})


@post_or_redirect("reply")
@for_members
def create(request, topic_id):
    topic = topics.topic(request.user, topic_id)
    form = ReplyForm(request.POST, author=request.user, topic=topic)
    submission = Submission(request, form)
    if earlier := submission.earlier():
        return saved(request, address(earlier.topic, earlier.number), earlier)
    if is_check(request):
        return not_saved()
    if not topic.takes_replies_from(request.user):
        context = {"topic": topic, "form": form, "refusal": refusal_reason(topic)}
        return render(request, "posts/new.html", context, status=403)
    if files := attached(request):
        form = ReplyForm(initial=files.fields, author=request.user, topic=topic)
        context = {"topic": topic, "form": form, "attached": files}
        return render(request, "posts/new.html", context)
    if not form.is_valid():
        return invalid(request, "posts/new.html", {"topic": topic, "form": form})
    if new_replies := missed(request, topic):
        context = {"topic": topic, "form": form, "missed": new_replies}
        return render(request, "posts/new.html", context, status=409)
    try:
        post = replied(topic, request.user, form.cleaned_data, submission.mark)
    except TakesNoReplies as refusal:
        return render(
            request,
            "posts/new.html",
            {"topic": topic, "form": form, "refusal": str(refusal)},
            status=403,
        )
    except NotAnswerable as refusal:
        form.add_error("reply_to", str(refusal))
        return invalid(request, "posts/new.html", {"topic": topic, "form": form})
    except IntegrityError:
        post = submission.simultaneous()
        if not post:
            raise
    return saved(request, address(post.topic, post.number), post)


class TakesNoReplies(Exception):
    """The topic was closed, or the author lost their rights, since the check.

    str() is a message for the author.
    """


class NotAnswerable(Exception):
    """The post to answer was hidden since the check; str() is a message for the author."""


@transaction.atomic
def replied(topic, author, data, mark):
    """Create a post and return it; checks permissions again, now that the topic is locked.

    Raises TakesNoReplies or NotAnswerable, or Http404 if the topic was moved where the author can't
    see it.
    """
    post = topic.reply(author, data["body"], *mark, data["reply_to"])
    reader = as_stored(author)
    current = topics.topic(reader, topic.pk)
    if not current.takes_replies_from(reader):
        raise TakesNoReplies(refusal_reason(current))
    if post.reply_to and not post.reply_to.can_be_read_by(reader):
        raise NotAnswerable(not_answerable(str(post.reply_to.number)))
    return post


@for_members
@require_safe
def edit(request, post_id):
    """The edit form: a page, or just its fragment for scripts to insert into the post.

    `?version=` is the one that a form on show began from; without it, that of the member's draft.
    If the post has been edited since, this shows its current text as well.
    """
    post = found(request.user, post_id)
    refusal = refusal_to_edit(post, request.user)
    stored = {"body": post.body, "version": post.version}
    path = reverse("update_post", args=[post.pk])
    form = form_for(request, path, EditForm, initial=stored, post=post)
    begun = request.GET.get("version", str(form.initial["version"]))
    form.initial["version"] = post.version
    context = {"post": post, "form": form, "conflict": begun != str(post.version)}
    if refusal:
        return render(request, "posts/edit.html", context | {"refusal": refusal}, status=403)
    if request.headers.get("X-Requested-With") == "part":
        form.auto_id = f"edit_{post.pk}_%s"  # beside the ids of the reply form
        return render(request, "posts/_edit_in_place.html", context | {"is_part": True})
    return render(request, "posts/edit.html", context)


@post_or_redirect("edit_post")
@for_members
def update(request, post_id):
    post = found(request.user, post_id)
    if edited_before(request, post):
        return saved(request, address(post.topic, post.number), post)
    if is_check(request):
        return not_saved()
    form = EditForm(request.POST, author=request.user, post=post)
    if refusal := refusal_to_edit(post, request.user):
        context = {"post": post, "form": form, "refusal": refusal}
        return render(request, "posts/edit.html", context, status=403)
    if files := attached(request):
        form = EditForm(initial=files.fields, author=request.user, post=post)
        context = {"post": post, "form": form, "attached": files}
        return render(request, "posts/edit.html", context)
    if not form.is_valid():
        return invalid(request, "posts/edit.html", {"post": post, "form": form})
    data = form.cleaned_data
    try:
        with logged(request.user, post, _("Edited.")):
            editable(as_stored(request.user), post_id)  # check again, now under the lock
            post.edit(request.user, data["body"], data["reason"], data["version"])
    except markdown.MarkdownError as error:  # somebody has voted meanwhile
        form.add_error("body", str(error))
        return invalid(request, "posts/edit.html", {"post": post, "form": form})
    except EditConflict as conflict:
        again = EditForm(
            initial={**request.POST.dict(), "version": conflict.post.version},
            author=request.user,
            post=post,
        )
        conflict.post.topic = post.topic
        return render(
            request,
            "posts/edit.html",
            {"post": conflict.post, "form": again, "conflict": True},
            status=409,
        )
    return saved(request, address(post.topic, post.number), post)


@require_safe
def menu(request, post_id):
    """The menu of a post: a page, or just its fragment for scripts to insert."""
    post = found(request.user, post_id)
    part = is_part(request)
    return render(
        request, "posts/_menu.html" if part else "posts/menu.html", choices(request, post)
    )


def choices(request, post):
    """The context of a post's menu: what the reader may do with it and see of it."""
    user = request.user
    may_hide = post.can_be_hidden_by(user)
    waiting = unsent.initial(request, reverse("hide_post", args=[post.pk]), HideForm)
    return {
        "post": post,
        "may_edit": post.can_be_edited_by(user),
        "may_change_wiki": post.wiki_can_be_changed_by(user),
        "may_hide": may_hide,
        "hide_form": HideForm(initial=waiting) if may_hide and post.author_id != user.pk else None,
        "may_restore": post.can_be_restored_by(user),
        "may_read": post.can_be_read_by(user),
    }


@require_POST
def preview(request):
    """A text rendered as a fragment; 422 with a message if it can't be posted."""
    from forum.cache import rate_limits

    if not request.user.is_authenticated:
        raise PermissionDenied
    body = request.POST.get("body", "")
    if wait := rate_limits.seconds_to_wait("preview", request.user.pk):
        error = _("Too many previews. Please wait.")
        response = render(request, "posts/_preview.html", {"error": error}, status=429)
        response["Retry-After"] = str(wait)
        return response
    try:
        html = markdown.render(body, mentionable, pictures_for(request.user), polls=[])
    except markdown.MarkdownError as error:
        return render(request, "posts/_preview.html", {"error": str(error)}, status=422)
    return render(request, "posts/_preview.html", {"html": html})


def pictures_for(user):
    """What `user` may show in a text, for markdown.render."""
    usable = Upload.objects.usable_by(user)
    return lambda names: {one.name: one.picture for one in usable.filter(name__in=names)}


def edited_before(request, post):
    """Whether this form was already saved, even if the post was edited again since."""
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return False
    body, reason = (
        EditForm.base_fields[name].to_python(request.POST.get(name, ""))
        for name in ("body", "reason")
    )
    return post.has_edit(request.user, body, reason, int(version))


def with_id(reader, pk):
    posts = Post.objects.visible_to(reader).filter(pk=pk)
    return posts.select_related("topic__category", "author", "edited_by", "hidden_by")


WITH_ID = Prepared(with_id)


def found(user, post_id):
    return found_or_404(WITH_ID, user, post_id)


def editable(user, post_id):
    post = found(user, post_id)
    if not post.can_be_edited_by(user):
        raise PermissionDenied
    return post


def refusal_to_edit(post, user):
    """Why `user` can't edit the post, "" if they can.

    PermissionDenied if there is nothing to explain: it isn't theirs, or is closed to all members.
    """
    if post.can_be_edited_by(user):
        return ""
    if not post.is_open_to_members(user):
        raise PermissionDenied
    if user.pk == post.author_id:
        return _("You could edit this post for %(time)s after writing it, and that is over.") % {
            "time": duration(settings.EDIT_WINDOW_MINUTES * 60)
        }
    if post.is_wiki:
        return _("Only members of %(group)s can edit this wiki.") % {"group": post.wiki_group}
    raise PermissionDenied


def readable(topic, request, name):
    """The post of `topic` whose number is in the query string as `name`; None if nothing is.

    Raises Http404 if there is no such post that the reader may read.
    """
    number = request.GET.get(name, "")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404
    post = get_object_or_404(topic.posts.select_related("author"), number=int(number))
    if not post.can_be_read_by(request.user):
        raise Http404
    return post


def quotation(post):
    return markdown.quote(post.body, post.author.username, post.get_absolute_url())


def refusal_reason(topic):
    if not topic.is_open:
        return _(
            "This topic is closed to new replies. Your text is still here, so you can copy it."
        )
    return _("You can read this category, but not post in it.")
