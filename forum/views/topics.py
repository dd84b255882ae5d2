from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.accounts.backends import as_stored
from forum.forms import unsent
from forum.forms.posts import ReplyForm
from forum.forms.tags import LONGEST, stored_tags
from forum.forms.topics import TitleForm, TopicForm
from forum.forms.uploads import attached
from forum.models import Reading, Topic
from forum.pages import fragments, search_engines, topics, validators
from forum.pages.pagination import Page, address, canonical, range_of
from forum.pages.topic_lists import BadKey, TopicList, key_of
from forum.serving.compression import mark_shared
from forum.serving.page_cache import make_cacheable
from forum.views.decorators import for_members, post_or_redirect
from forum.views.moderation_log import logged
from forum.views.readings import picture

from .prefilled_forms import form_for
from .submissions import Submission, invalid, is_check, not_saved, saved


@require_safe
def index(request, category=None, tag=None):
    topic_list = TopicList(request.user, category, tag)
    before, after = request.GET.get("before"), request.GET.get("after")
    try:
        rows, older = page = topic_list.page_above(after) if after else topic_list.page(before)
    except BadKey as error:
        raise Http404 from error
    if after and not rows:
        return redirect(request.path)
    is_first = not (before or after)
    if rows and is_first:
        make_cacheable(
            request,
            validators.list_version(topic_list, page),
            (tag or category).get_absolute_url() if tag or category else "/",
        )
    newer = "" if is_first or not rows else key_of(rows[0])
    links = {"is_first": is_first, "older": older, "newer": newer}
    if not request.user.is_authenticated:
        links["for_search_engines"] = search_engines.of_list(category, tag, is_first)
    return render(
        request,
        "topics/index.html",
        {
            "list": topic_list,
            "category": category,
            "tag": tag,
            "rows": topic_list.html_rows(rows),
            **links,
        },
    )


@require_safe
def show(request, topic_id, slug=""):
    number = requested_page(request)
    topic = topics.topic(request.user, topic_id, *range_of(number))
    if slug != topic.slug:
        return redirect(canonical(request, topic))
    page = Page(number, topic.last_number)
    if page.number > page.count:
        return redirect(page_of(topic, page.count))
    form = seen = None
    if request.user.is_authenticated:
        seen = picture(request.user, topic.pk, page.last_shown)
        if not reports_reading(request):
            Reading.objects.record(request.user, topic, page.last_shown)
        if topic.takes_replies_from(request.user):
            path = reverse("create_reply", args=[topic.pk])
            form = form_for(request, path, ReplyForm, topic=topic)
    make_cacheable(request, validators.page_version(topic, page), page_of(topic, page.number))
    header, posts = fragments.header(topic), fragments.posts(topic, page)
    mark_shared(request, fragments.posts_key(topic, page), posts)
    context = {
        "topic": topic,
        "header": header,
        "posts": posts,
        "page": page,
        "form": form,
        "seen": seen,
        "writable": topic.is_writable_by(request.user),
        "invites": topic.is_open and not request.user.is_authenticated,
        "accepts": accepts(topic, request.user),
    }
    if not request.user.is_authenticated:
        context["for_search_engines"] = fragments.for_search_engines(topic, page)
    return render(request, "topics/show.html", context)


def accepts(topic, user):
    """Which buttons about the accepted answer `user` is shown: "all", "undo" or ""."""
    if topic.takes_answer_from(user):
        return "all"
    return "undo" if topic.answer_number and topic.is_asked_by(user) else ""


@for_members
@require_safe
def new(request):
    chosen = {
        "category": request.GET.get("category"),
        "tags": request.GET.get("tags", "")[:LONGEST],
    }
    form = form_for(request, reverse("create_topic"), TopicForm, initial=chosen)
    return render(request, "topics/new.html", {"form": form})


@post_or_redirect("new_topic")
@for_members
def create(request):
    form = TopicForm(request.POST, author=request.user)
    submission = Submission(request, form)
    if earlier := submission.earlier():
        return saved(request, address(earlier.topic, earlier.number))
    if is_check(request):
        return not_saved()
    if files := attached(request):
        form = TopicForm(initial=files.fields, author=request.user)
        return render(request, "topics/new.html", {"form": form, "attached": files})
    if not form.is_valid():
        return invalid(request, "topics/new.html", {"form": form})
    data = form.cleaned_data
    try:
        token, digest = submission.mark or (None, "")  # a form without a token is not valid
        topic = Topic.start(
            request.user,
            data["category"],
            data["title"],
            data["body"],
            token,
            digest,
            tagged=form.chosen_tags(),
        )
    except IntegrityError:
        post = submission.simultaneous()
        if not post:
            raise
        topic = post.topic
    return saved(request, topic.get_absolute_url())


@for_members
def edit(request, topic_id):
    """Title and tags of a topic: its author while it takes their replies, moderators always."""
    topic = renamable(request.user, topic_id)
    stored = {"title": topic.title, "tags": stored_tags(topic, request.user)}
    form = TitleForm(
        request.POST or None,
        author=request.user,
        category=topic.category,
        present=topic.tags,
        stored=stored,
        initial=stored | unsent.initial(request, request.path, TitleForm),
    )
    if is_check(request):
        return saved(request, topic.get_absolute_url()) if form.is_already_saved() else not_saved()
    if request.method == "POST" and form.is_valid():
        change(topic, request.user, form.cleaned_data["title"], form.chosen_tags())
        return saved(request, topic.get_absolute_url())
    status = 422 if form.errors else 200
    return render(request, "topics/edit.html", {"form": form, "topic": topic}, status=status)


def renamable(user, topic_id):
    topic = get_object_or_404(Topic.objects.visible_to(user).for_display(), pk=topic_id)
    own = topic.author_id == user.pk and topic.takes_replies_from(user)
    if not (own or (user.is_authenticated and user.is_moderator)):
        raise PermissionDenied
    return topic


@transaction.atomic
def change(topic, member, title, tags):
    if topic.author_id == member.pk:
        Topic.objects.locked(topic.pk)
        renamable(as_stored(member), topic.pk)  # check again, now under the lock
        topic.rename(title, member)
        topic.tag(tags, member)
        return
    names = {"before": topic.title, "title": title}
    with logged(member, topic, _("Renamed “%(before)s” to “%(title)s”.") % names):
        topic.rename(title, member)
    names = {"before": listed(topic.tags), "now": listed(tags)}
    with logged(member, topic, _("Changed the tags from %(before)s to %(now)s.") % names):
        topic.tag(tags, member)


def listed(tags):
    return ", ".join(f"“{tag.name}”" for tag in tags) or _("none")


def reports_reading(request):
    """Whether the client reports what was read by itself, as browsers do: by script or <noscript>.

    Browsers send the first of these headers when they navigate, our scripts the second.
    """
    return not {"Upgrade-Insecure-Requests", "X-Requested-With"}.isdisjoint(request.headers)


def requested_page(request):
    page = request.GET.get("page", "1")
    if not (page.isascii() and page.isdigit() and len(page) < 10 and int(page) > 0):
        raise Http404
    return int(page)


def page_of(topic, number):
    return topic.get_absolute_url() + (f"?page={number}" if number > 1 else "")


def page_address(topic, number):
    return address(topic, min(max(number, 1), max(topic.last_number, 1)))
