from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from forum.forms.members import ProfileForm
from forum.models import Post, Topic, User

SIZE = 20
COUNTED = 1000


@require_safe
def show(request, username):
    """Who somebody is, and what they wrote that this reader may see; `?before=` is the last id seen."""
    member = named(username)
    if username != member.username:
        return redirect(member)
    posts = Post.objects.visible_to(request.user).shown().filter(author=member).order_by("-pk")
    posts, older = below(posts.select_related("topic__category"), request.GET.get("before"))
    context = {"member": member, "posts": posts, "older": older, "written": written(member, request.user)}
    return render(request, "members/show.html", context)


@require_safe
def topics(request, username):
    member = named(username)
    if username != member.username:
        return redirect("member_topics", member.username)
    found = Topic.objects.visible_to(request.user).for_display().filter(author=member).order_by("-pk")
    found, older = below(found, request.GET.get("before"))
    context = {"member": member, "topics": found, "older": older, "written": written(member, request.user)}
    return render(request, "members/topics.html", context)


@login_required
def edit(request):
    member = User.objects.get(pk=request.user.pk)  # a copy, or the page would show what the form refuses
    form = ProfileForm(request.POST or None, instance=member)
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    return render(request, "members/edit.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def stylesheet(request, member_id):
    """Shows a member the links that belong to their own posts. It never changes."""
    css = f'.post[data-author="{member_id}"] .post__own{{display:inline-flex}}'
    response = HttpResponse(css, content_type="text/css")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def written(member, user):
    """How many posts of `member` this reader may see, up to COUNTED: the full count would tell of others."""
    return Post.objects.visible_to(user).shown().filter(author=member)[:COUNTED].count()


def named(username):
    try:
        return User.objects.named(username)
    except User.DoesNotExist as error:
        raise Http404 from error


def below(rows, before):
    """One page of rows in falling order of id, and the id to go on from ("" on the last page)."""
    if before:
        if not (before.isascii() and before.isdigit() and len(before) < 19):
            raise Http404
        rows = rows.filter(pk__lt=int(before))
    rows = list(rows[: SIZE + 1])
    return rows[:SIZE], rows[SIZE - 1].pk if len(rows) > SIZE else ""
