import time

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.db.prepared import Prepared
from forum.forms import unsent
from forum.forms.avatars import refusal
from forum.forms.members import ProfileForm
from forum.models import MemberLevel, Post, Topic, User
from forum.models.editions import with_edition
from forum.models.readings import with_readings
from forum.pages import fragments, search_engines
from forum.views.decorators import for_members, retry_on_integrity_error

from .submissions import is_check, not_saved, saved

SIZE = 20
COUNTED = 1000
NEWEST = 2**63 - 1  # above every id


def posts_written(reader):
    return with_edition(Post.objects.visible_to(reader).shown()).select_related("topic__category")


def topics_started(reader):
    return with_readings(Topic.objects.visible_to(reader).for_display(), reader, unopened=0)


class Pages:
    """Keyset pagination of one author's posts or topics by descending id.

    `rows(reader)` is the queryset for all authors.
    """

    def __init__(self, rows):
        self.below = Prepared(
            lambda reader, author, pk: (
                rows(reader).filter(author=author, pk__lt=pk).order_by("-pk")[: SIZE + 1]
            ),
            replan=True,  # a few authors write most posts
        )
        self.above = Prepared(
            lambda reader, author, pk: (
                rows(reader).filter(author=author, pk__gt=pk).order_by("pk")[: SIZE + 1]
            ),
            replan=True,
        )


POSTS_WRITTEN, TOPICS_STARTED = Pages(posts_written), Pages(topics_started)


@require_safe
def show(request, username):
    """A member's profile, with their posts that the reader may see; `?before=` pages by id."""
    member = find_member(username)
    if username != member.username:
        return redirect(with_query(request, member.get_absolute_url()))
    posts, links = page_of(POSTS_WRITTEN, request, member)
    writings = [fragments.writing(post) for post in posts]
    context = {
        "member": member,
        "posts": writings,
        "written": written(member, request.user),
        **links,
    }
    if not request.user.is_authenticated:
        context["for_search_engines"] = search_engines.of_member(member, not links["newer"])
    return render(request, "members/show.html", context)


@require_safe
def topics(request, username):
    member = find_member(username)
    if username != member.username:
        return redirect(with_query(request, reverse("member_topics", args=[member.username])))
    found, links = page_of(TOPICS_STARTED, request, member)
    rows = [fragments.row(topic, topic.read_to) for topic in found]
    context = {"member": member, "topics": rows, "written": written(member, request.user), **links}
    return render(request, "members/topics.html", context)


def with_query(request, address):
    """`address` with the query string of this request."""
    return f"{address}?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else address


@for_members
@retry_on_integrity_error
def edit(request):
    # A copy: a refused form must not change the name that the rest of the page shows.
    member = User.objects.get(pk=request.user.pk)
    waiting = unsent.initial(request, request.path, ProfileForm)
    form = ProfileForm(request.POST or None, author=request.user, instance=member, initial=waiting)
    if is_check(request):
        return saved(request, member.get_absolute_url()) if form.is_already_saved() else not_saved()
    if request.method == "POST" and form.is_valid():
        return saved(request, form.save().get_absolute_url())
    return profile(request, form)


def profile(request, form=None, avatar_error=""):
    """The page of one's own profile, with refused forms."""
    form = form or ProfileForm(author=request.user, instance=User.objects.get(pk=request.user.pk))
    context = {
        "form": form,
        "avatar_error": avatar_error or refusal(request.user),
        "wanted": request.user.wanted_avatar,
    }
    return render(request, "members/edit.html", context, status=422 if form.errors else 200)


@require_safe
def stylesheet(request, member_id):
    """CSS for one member: shows links on their own posts, and folds posts of whom they ignore.

    Immutable, but private: `User.ignores_version` is part of the address.
    """
    own = f'.post[data-author="{member_id}"]'
    css = f"{own} .post__own{{display:inline-flex}}{own} .post__others{{display:none}}"
    if request.user.pk == member_id:
        css += folding(MemberLevel.objects.ignored_by(request.user))
    response = HttpResponse(css, content_type="text/css")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def folding(members):
    """CSS that folds the posts of these members (ids) unless one is the target of the address."""
    if not members:
        return ""
    authors = ",".join(f'[data-author="{pk}"]' for pk in members)
    folded = f".post:is({authors}):not(:target,:focus-within)"
    words = _("You ignore this member. The number leads to the post.")
    text = words.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f"{folded} :is(.post__body,.answer,.post__actions){{display:none}}"
        f".answer:is({authors}) .answer__text{{display:none}}"
        f'{folded} .post__byline::after{{content:"{text}";flex-basis:100%;color:var(--ink-soft)}}'
    )


def written(member, user):
    """How many posts of `member` this reader may see, up to COUNTED.

    `posts_count` would reveal posts in private categories. Cached until the member posts, for at
    most a minute, since topics also move.
    """
    key = ("written", member.pk, member.date_joined, member.posts_count, user.pk, time.time() // 60)

    def count():  # building the query alone costs a third of the page
        return Post.objects.visible_to(user).shown().filter(author=member)[:COUNTED].count()

    return int(fragments.cache.get_or_set(key, lambda: str(count())))


def find_member(username):
    try:
        return User.objects.named(username)
    except User.DoesNotExist as error:
        raise Http404 from error


def page_of(pages, request, member):
    """(rows of one page, {"older": id, "newer": id} for its links), "" where there are none."""
    if "after" in request.GET:
        rows = pages.above.instances(request.user, member.pk, requested_id(request, "after"))
        if len(rows) > SIZE:
            page = rows[SIZE - 1 :: -1]
            return page, {"older": page[-1].pk, "newer": page[0].pk}
        before = NEWEST  # this is the first page
    else:
        before = requested_id(request, "before")
    rows = pages.below.instances(request.user, member.pk, before)
    page = rows[:SIZE]
    older = page[-1].pk if len(rows) > SIZE else ""
    return page, {"older": older, "newer": page[0].pk if page and before != NEWEST else ""}


def requested_id(request, name):
    wanted = request.GET.get(name) or str(NEWEST)
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= len(str(NEWEST))):
        raise Http404
    return int(wanted)
