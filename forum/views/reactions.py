"""Who has reacted to a post, and the form to react with."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forum.accounts.backends import as_stored
from forum.models import Attention, MemberLevel, Reaction, Topic
from forum.models.reactions import offered
from forum.pages.pagination import address
from forum.views.decorators import for_members
from forum.views.limits import limited
from forum.views.posts import found
from forum.views.replies import is_part
from forum.views.submissions import saved

SHOWN = 50  # reactions on one page
FIELDS = ("on", "off", "reaction")


@require_http_methods(["GET", "HEAD", "POST"])
def index(request, post_id):
    """A page, or just its fragment for scripts to insert. `?before=` is the id of the last
    reaction of the page before.
    """
    if request.method == "POST":
        return create(request, post_id=post_id)
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Http404
    post = found(request.user, post_id)
    given, more = page(post, request.user, before)
    context = {
        "post": post,
        "given": given,
        "more": more,
        "choices": choices(post, request.user) if not before else [],
    }
    part = "reactions/_index.html" if is_part(request) else "reactions/index.html"
    return render(request, part, context)


def page(post, user, before):
    """(reactions, newest first; the id after which the next page begins, or None)."""
    if post.is_hidden:
        return [], None
    rows = Reaction.objects.shown().filter(post=post, member__is_active=True)
    rows = rows.select_related("member").order_by("-pk")
    if user.is_authenticated:
        ignored = MemberLevel.objects.filter(member=user, level=Attention.IGNORED)
        rows = rows.exclude(member__in=ignored.values("other"))
    if before:
        rows = rows.filter(pk__lt=int(before))
    given = list(rows[: SHOWN + 1])
    return given[:SHOWN], given[SHOWN - 1].pk if len(given) > SHOWN else None


def choices(post, user):
    """[(sign, number of members, whether `user` is one)]; empty if `user` can't react."""
    if not post.takes_reactions_from(user):
        return []
    mine = set(Reaction.objects.filter(post=post, member=user).values_list("name", flat=True))
    return [(sign, post.reactions.get(sign.name, 0), sign.name in mine) for sign in offered()]


@for_members
@limited("reaction")
def create(request, post_id):
    """React with a sign (`on`), or no more (`off`): so a form may be sent twice.

    The buttons below posts are the same for everybody, and don't know what it is: `reaction` is
    `on`, and if it is so already, leads to the page where it can be taken back.
    """
    post = found(request.user, post_id)
    field, name = next(
        ((field, request.POST[field]) for field in FIELDS if field in request.POST), ("", "")
    )
    if name not in {sign.name for sign in offered()}:
        raise Http404
    with transaction.atomic():
        Topic.objects.locked(post.topic_id)
        member = as_stored(request.user)
        post = found(member, post_id)  # check again, now under the lock
        if not post.takes_reactions_from(member):
            return refused(request, post)
        is_new = Reaction.objects.choose(post, member, name, field != "off")
    if not is_new and field == "reaction":
        return redirect("reactions", post.pk)
    return saved(request, address(post.topic, post.number), post)


def refused(request, post):
    is_own = post.author_id == request.user.pk
    words = _("You can't react to your own post.") if is_own else _("You can't react to this post.")
    if "X-Requested-With" in request.headers:
        return render(request, "reactions/_refused.html", {"words": words}, status=422)
    messages.error(request, words)
    return redirect(address(post.topic, post.number))
