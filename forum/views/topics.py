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
from forum.forms.topics import TitleForm, TopicForm
from forum.models import Reading, Topic
from forum.pages import fragments, topics, validators
from forum.pages.pagination import Page, address, canonical, range_of
from forum.pages.topic_lists import BadKey, TopicList, key_of
from forum.serving.compression import shares
from forum.serving.page_cache import stands_for
from forum.views.decorators import for_members, sent_from
from forum.views.moderation_log import logged
from forum.views.readings import picture

from .submissions import Submission, not_saved, only_asks, saved


@require_safe
def index(request, category=None):
    topic_list = TopicList(request.user, category)
    before, after = request.GET.get("before"), request.GET.get("after")
    try:
        places, older = page = topic_list.page_above(after) if after else topic_list.page(before)
    except BadKey as error:
        raise Http404 from error
    if after and not places:
        return redirect(request.path)
    is_first = not (before or after)
    if places and is_first:
        stands_for(
            request,
            validators.of_list(topic_list, page),
            category.get_absolute_url() if category else "/",
        )
    rows = topic_list.rows(places)
    newer = "" if is_first or not places else key_of(places[0])
    links = {"is_first": is_first, "older": older, "newer": newer}
    return render(
        request,
        "topics/index.html",
        {"list": topic_list, "category": category, "rows": rows, **links},
    )


@require_safe
def show(request, topic_id, slug=""):
    number = asked_page(request)
    topic = topics.topic(request.user, topic_id, *range_of(number))
    if slug != topic.slug:
        return redirect(canonical(request, topic))
    page = Page(number, topic.last_number)
    if page.number > page.count:
        return redirect(page_of(topic, page.count))
    form = seen = None
    if request.user.is_authenticated:
        seen = picture(request.user, topic.pk, page.last_shown)
        if not says_what_was_seen(request):
            Reading.objects.record(request.user, topic, page.last_shown)
        if topic.takes_replies_from(request.user):
            form = ReplyForm(author=request.user)
    stands_for(request, validators.of_page(topic, page), page_of(topic, page.number))
    header, posts = fragments.header(topic), fragments.posts(topic, page)
    shares(request, fragments.posts_key(topic, page), posts)
    writable = topic.is_writable_by(request.user)
    context = {
        "topic": topic,
        "header": header,
        "posts": posts,
        "page": page,
        "form": form,
        "writable": writable,
    }
    return render(request, "topics/show.html", context | {"seen": seen})


@for_members
@require_safe
def new(request):
    waiting = unsent.initial(request, reverse("create_topic"), TopicForm)
    form = TopicForm(
        author=request.user, initial={"category": request.GET.get("category")} | waiting
    )
    return render(request, "topics/new.html", {"form": form})


@sent_from("new_topic")
@for_members
def create(request):
    form = TopicForm(request.POST, author=request.user)
    submission = Submission(request, form)
    if earlier := submission.earlier():
        return saved(request, address(earlier.topic, earlier.number))
    if only_asks(request):
        return not_saved()
    if not form.is_valid():
        return render(request, "topics/new.html", {"form": form}, status=422)
    said = form.cleaned_data
    try:
        mark = submission.mark or ()  # there is one: a form without a token is not valid
        topic = Topic.start(request.user, said["category"], said["title"], said["body"], *mark)
    except IntegrityError:
        post = submission.simultaneous()
        if not post:
            raise
        topic = post.topic
    return saved(request, topic.get_absolute_url())


@for_members
def edit(request, topic_id):
    """A new title; the topic's author may give one while it is open, moderators always."""
    topic = renamable(request.user, topic_id)
    form = TitleForm(
        request.POST or None,
        author=request.user,
        stored={"title": topic.title},
        initial={"title": topic.title} | unsent.initial(request, request.path, TitleForm),
    )
    if only_asks(request):
        return saved(request, topic.get_absolute_url()) if form.asks_for_nothing() else not_saved()
    if request.method == "POST" and form.is_valid():
        rename(topic, request.user, form.cleaned_data["title"])
        return saved(request, topic.get_absolute_url())
    status = 422 if form.errors else 200
    return render(request, "topics/edit.html", {"form": form, "topic": topic}, status=status)


def renamable(user, topic_id):
    topic = get_object_or_404(Topic.objects.visible_to(user).for_display(), pk=topic_id)
    own = topic.author_id == user.pk and topic.takes_replies_from(user)
    if not (own or (user.is_authenticated and user.is_moderator)):
        raise PermissionDenied
    return topic


def rename(topic, member, title):
    if topic.author_id == member.pk:
        with transaction.atomic():
            Topic.objects.locked(topic.pk)
            renamable(as_stored(member), topic.pk)  # still, now that nobody else can change it
            topic.rename(title)
        return
    with logged(
        member,
        topic,
        _("Renamed “%(before)s” to “%(title)s”.") % {"before": topic.title, "title": title},
    ):
        topic.rename(title)


def says_what_was_seen(request):
    """Whether the page is for a browser. There scripts say which posts were on the screen, or
    <noscript> says all.

    Browsers send the first of these with all that is opened, and our scripts the other with what
    they fetch.
    """
    return not {"Upgrade-Insecure-Requests", "X-Requested-With"}.isdisjoint(request.headers)


def asked_page(request):
    page = request.GET.get("page", "1")
    if not (page.isascii() and page.isdigit() and len(page) < 10 and int(page) > 0):
        raise Http404
    return int(page)


def page_of(topic, number):
    return topic.get_absolute_url() + (f"?page={number}" if number > 1 else "")


def page_address(topic, number):
    return address(topic, min(max(number, 1), max(topic.last_number, 1)))
