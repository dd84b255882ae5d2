"""The poll of a topic: voting, and its page with the reader's own vote, the results and who has
voted.
"""

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from forum.accounts.backends import as_stored
from forum.markdown.polls import MOST_OPTIONS, RANKED, SINGLE
from forum.models import Attention, Ballot, MemberLevel, Post, Topic, polls
from forum.pages.pagination import address
from forum.pages.polls import Poll
from forum.views.decorators import for_members
from forum.views.limits import limited
from forum.views.replies import is_part
from forum.views.submissions import saved

SHOWN = 50  # votes on one page
KEYS = ("poll", "none")  # the fields with which one votes, and takes a vote back


class Refused(Exception):
    """A vote that does not count; str() says why, and what to do."""


@require_http_methods(["GET", "HEAD", "POST"])
def show(request, topic_id):
    """A page, or just the poll for scripts. `?before=` is the id of the last ballot of the page
    before.
    """
    if request.method == "POST":
        return create(request, topic_id=topic_id)
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Http404
    post = found(request.user, topic_id)
    if is_part(request):
        own = own_choices(request.user, post)
        return render(request, "polls/_poll.html", {"poll": Poll(post, own)})
    return shown(request, post, before=before)


def shown(request, post, before="", error="", typed=None, status=200):
    own = own_choices(request.user, post)
    poll = Poll(post, own, typed)
    votes, more = page_of_votes(post, poll, request.user, before)
    context = {
        "post": post,
        "poll": poll,
        "own": " ".join(map(str, own)),
        "votes": votes,
        "more": more,
        "error": error,
        "may_vote": may_vote(post, request.user) and polls.is_open(post.poll),
    }
    return render(request, "polls/show.html", context, status=status)


def found(user, topic_id):
    """The first post of the topic, if it has a poll that `user` may see."""
    posts = Post.objects.visible_to(user).shown().filter(topic=topic_id, number=1)
    posts = posts.select_related("topic__category", "author")
    return get_object_or_404(posts, poll__isnull=False)


def own_choices(user, post):
    if not user.is_authenticated:
        return []
    mine = Ballot.objects.filter(topic=post.topic_id, member=user).first()
    return mine.ranking if mine else []


def page_of_votes(post, poll, user, before):
    """([(member, texts of what they have chosen)], newest first; the id after which the next page
    begins, or None).
    """
    if not (poll.is_public and poll.shows_results):
        return [], None
    rows = Ballot.objects.filter(topic=post.topic_id, member__is_active=True)
    rows = rows.select_related("member").order_by("-pk")
    if user.is_authenticated:
        ignored = MemberLevel.objects.filter(member=user, level=Attention.IGNORED)
        rows = rows.exclude(member__in=ignored.values("other"))
    if before:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: SHOWN + 1])
    texts = post.poll["options"]
    votes = [(one.member, [texts[number - 1] for number in one.ranking]) for one in page[:SHOWN]]
    return votes, page[SHOWN - 1].pk if len(page) > SHOWN else None


def may_vote(post, user):
    """Members who may write in the category; also in a closed topic, as a poll ends by itself."""
    return user.is_authenticated and post.topic.is_writable_by(user)


@for_members
@limited("vote")
def create(request, topic_id):
    """Vote, or with `none` take the vote back; so a form may be sent twice. The value of `poll` or
    `none` is the key of the poll that was on the page.
    """
    key = next((request.POST[name] for name in KEYS if name in request.POST), "")
    try:
        with transaction.atomic():
            topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=topic_id)
            Topic.objects.locked(topic.pk)
            member = as_stored(request.user)
            post = found(member, topic_id)
            check(post, member, key)
            choices = [] if "none" in request.POST else chosen(request.POST, post.poll)
            Ballot.objects.cast(post, member, choices)
    except Refused as refusal:
        if "X-Requested-With" in request.headers:
            return render(request, "polls/_refused.html", {"words": str(refusal)}, status=422)
        return shown(request, post, error=str(refusal), typed=typed(request.POST), status=422)
    return saved(request, address(post.topic, post.number), post)


def check(post, member, key):
    if not may_vote(post, member):
        raise Refused(_("You can read this category, but not vote in it."))
    if not polls.is_open(post.poll):
        raise Refused(_("This poll has closed, so your vote can't be counted any more."))
    if key != polls.key_of(post.poll):
        raise Refused(_("The poll has been changed meanwhile. Please look at it and vote again."))


def chosen(data, poll):
    """Numbers of options, in the order of preference if they are ranked."""
    options = len(poll["options"])
    if poll["kind"] == RANKED:
        return ranked(data, options)
    numbers = {int(value) for value in data.getlist("choice") if is_number(value, options)}
    if not numbers or len(numbers) != len(data.getlist("choice")):
        raise Refused(_("Please choose an option."))
    if poll["kind"] == SINGLE and len(numbers) > 1:
        raise Refused(_("Please choose one option only."))
    if len(numbers) > poll["most"]:
        raise Refused(
            ngettext(
                "Please choose at most %(n)d option.",
                "Please choose at most %(n)d options.",
                poll["most"],
            )
            % {"n": poll["most"]}
        )
    return sorted(numbers)


def ranked(data, options):
    given = {number: rank for number, rank in ranks(data).items() if 1 <= number <= options}
    if not given:
        raise Refused(_("Please number the options that you want: 1 is the best."))
    if any(not is_number(rank, options) for rank in given.values()):
        raise Refused(_("Please use the numbers from 1 to %(n)d.") % {"n": options})
    if len({int(rank) for rank in given.values()}) < len(given):
        raise Refused(_("Two options have the same number. Please give each one of its own."))
    return sorted(given, key=lambda number: int(given[number]))


def ranks(data):
    """{number of an option: what was typed beside it}."""
    typed = {
        number: data.get(f"rank-{number}", "").strip() for number in range(1, MOST_OPTIONS + 1)
    }
    return {number: rank for number, rank in typed.items() if rank}


def typed(data):
    """{number of an option: what was chosen or typed} of a refused form."""
    chosen = [int(value) for value in data.getlist("choice")[:MOST_OPTIONS] if is_number(value, 99)]
    return dict.fromkeys(chosen, 1) | ranks(data)


def is_number(text, most):
    return text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= most
