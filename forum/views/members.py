import time

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from forum import fragments
from forum.forms import unsent
from forum.forms.members import ProfileForm
from forum.models import Post, Topic, User
from forum.models.editions import with_edition
from forum.models.prepared import Prepared
from forum.models.readings import with_readings

from .guards import checked_again, for_members
from .submissions import saved

SIZE = 20
COUNTED = 1000
NEWEST = 2**63 - 1  # above every id


def posts_written(reader, author, before):
    posts = with_edition(Post.objects.visible_to(reader).shown()).select_related("topic__category")
    return page_below(posts, author, before)


def topics_begun(reader, author, before):
    return page_below(with_readings(Topic.objects.visible_to(reader).for_display(), reader, unopened=0), author, before)


def page_below(rows, author, before):
    return rows.filter(author=author, pk__lt=before).order_by("-pk")[: SIZE + 1]


WRITTEN, BEGUN = Prepared(posts_written, uneven=True), Prepared(topics_begun, uneven=True)  # few authors write most


@require_safe
def show(request, username):
    """Who somebody is, and what they wrote that this reader may see; `?before=` is the last id seen."""
    member = named(username)
    if username != member.username:
        return redirect(member)
    posts, older = page_of(WRITTEN, request, member)
    writings = [fragments.writing(post) for post in posts]
    context = {"member": member, "posts": writings, "older": older, "written": written(member, request.user)}
    return render(request, "members/show.html", context)


@require_safe
def topics(request, username):
    member = named(username)
    if username != member.username:
        return redirect("member_topics", member.username)
    found, older = page_of(BEGUN, request, member)
    rows = [fragments.row(topic, topic.read_to) for topic in found]
    context = {"member": member, "topics": rows, "older": older, "written": written(member, request.user)}
    return render(request, "members/topics.html", context)


@for_members
@checked_again
def edit(request):
    member = User.objects.get(pk=request.user.pk)  # a copy, or the page would show what the form refuses
    waiting = unsent.initial(request, request.path, ProfileForm)
    form = ProfileForm(request.POST or None, author=request.user, instance=member, initial=waiting)
    if request.method == "POST" and form.is_valid():
        return saved(request, form.save().get_absolute_url())
    return render(request, "members/edit.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def stylesheet(request, member_id):
    """Shows a member the links that belong to their own posts. It never changes."""
    css = f'.post[data-author="{member_id}"] .post__own{{display:inline-flex}}'
    response = HttpResponse(css, content_type="text/css")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def written(member, user):
    """How many posts of `member` this reader may see, up to COUNTED: the full count would tell of others.

    Counted anew when they write, and each minute, since topics also move.
    """
    key = ("written", member.pk, member.date_joined, member.posts_count, user.pk, time.time() // 60)
    posts = Post.objects.visible_to(user).shown().filter(author=member)
    return int(fragments.kept.made(key, lambda: str(posts[:COUNTED].count())))


def named(username):
    try:
        return User.objects.named(username)
    except User.DoesNotExist as error:
        raise Http404 from error


def page_of(question, request, member):
    """One page of rows in falling order of id, and the id to go on from ("" on the last page)."""
    before = request.GET.get("before") or str(NEWEST)
    if not (before.isascii() and before.isdigit() and len(before) <= len(str(NEWEST))):
        raise Http404
    rows = question.instances(request.user, member.pk, int(before))
    return rows[:SIZE], rows[SIZE - 1].pk if len(rows) > SIZE else ""
