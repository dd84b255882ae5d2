"""Polls: a question in a topic's first post, on which members vote.

`Post.poll` has what is asked and the counts, so that pages need no query for them, and follows
under the topic's lock. A member has one Ballot, which is told them alone, in the personal stream.
Posts show the counts only once everybody who may see them may know them.
"""

import hashlib
import json
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.markdown.polls import ALWAYS, RANKED, VOTED, BadPoll
from forum.signals import announce

from .personal_changes import PersonalChange
from .topics import Topic

KIND = "poll"  # in the personal stream; keys are ids of topics
CORRECTION = timedelta(minutes=5)  # in which texts may be corrected, also once somebody has voted
RECOUNTED = 1000  # ranked ballots that are recounted with each vote; more only when a poll closes
RULES = ("kind", "most", "results", "public")


def begun(text):
    """The stored form of a new poll, from its PollText; raises BadPoll if its time is over."""
    if text.closes_at and text.closes_at <= timezone.now():
        raise BadPoll(_("The poll would close in the past. Please change “closes”."))
    return {
        **defined(text),
        "since": timezone.now().isoformat(),
        "voters": 0,
        "counts": [0] * len(text.options),
        "rounds": [],
        "closed": False,
    }


def defined(text):
    return {
        "question": text.question,
        "options": list(text.options),
        "kind": text.kind,
        "most": text.most,
        "closes": text.closes_at and text.closes_at.isoformat(),
        "results": text.results,
        "public": text.is_public,
    }


def edited(before, found):
    """The stored form after the post was written or edited; None if it has no poll.

    before: the one from before, or None. found: a list with the PollText that is in the text.
    Raises BadPoll for what can't change once members have voted.
    """
    text = found[0] if found else None
    if not before:
        return begun(text) if text else None
    if text and defined(text).items() <= before.items():
        return before
    if not before["voters"]:
        return begun(text) if text else None
    if before["closed"]:
        raise BadPoll(_("This poll has closed. Please put it back as it was."))
    if not text or not _may_become(before, defined(text)):
        raise BadPoll(
            _(
                "Members have voted in this poll, so only the time when it closes can still change."
                " Please put the rest back as it was."
            )
        )
    return begun(text) | {name: before[name] for name in ("since", "voters", "counts", "rounds")}


def _may_become(before, after):
    """Whether votes stay what they were: only spelling and the closing time may differ."""
    if any(before[rule] != after[rule] for rule in RULES):
        return False
    if len(before["options"]) != len(after["options"]):
        return False
    is_recent = timezone.now() < datetime.fromisoformat(before["since"]) + CORRECTION
    same = (before["question"], before["options"]) == (after["question"], after["options"])
    return same or is_recent


def show(topic, poll):
    """Have the topic know of the poll in its first post, after a change of that."""
    if topic.has_poll != bool(poll):
        topic.header_change = topic.change  # pages get or lose the form to vote with
    topic.has_poll, topic.poll_closes_at = bool(poll), closing_time(poll)


def key_of(poll):
    """Names what is voted on: a vote on what was on an earlier page does not count."""
    asked = [poll[name] for name in ("question", "options", "kind", "most")]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]


def closing_time(poll):
    """When an open poll closes; None for never, and for one that has closed."""
    if not poll or poll["closed"] or not poll["closes"]:
        return None
    return datetime.fromisoformat(poll["closes"])


def is_open(poll):
    closes_at = closing_time(poll)
    return not poll["closed"] and (closes_at is None or timezone.now() < closes_at)


class BallotQuerySet(models.QuerySet["Ballot"]):
    @transaction.atomic
    def cast(self, post, member, choices):
        """Have `member` vote for `choices`, numbers of options from 1, in the order of preference
        if they are ranked; [] takes the vote back. False if it was so before.

        `post` must have been read with its topic, under the topic's lock; so must whether `member`
        may vote, and the choices be valid.
        """
        mine = self.filter(topic=post.topic_id, member=member).first()
        before = mine.ranking if mine else []
        if choices == before:
            return False
        if mine and not choices:
            mine.delete()
        else:
            values = {"choices": " ".join(map(str, choices)), "at": timezone.now()}
            self.update_or_create(topic_id=post.topic_id, member=member, defaults=values)
        self._count(post, before, choices)
        _save(post, by=member)  # announces before the member is locked
        PersonalChange.objects.record(member.pk, KIND, post.topic_id)
        return True

    def _count(self, post, before, now):
        poll = dict(post.poll)
        counts = list(poll["counts"])
        for choices, by in ((before, -1), (now, 1)):
            for number in choices[:1] if poll["kind"] == RANKED else choices:
                counts[number - 1] += by
        poll |= {"counts": counts, "voters": poll["voters"] + bool(now) - bool(before)}
        if poll["kind"] == RANKED:
            is_small = poll["voters"] <= RECOUNTED and poll["results"] in (ALWAYS, VOTED)
            poll["rounds"] = self.rounds(post) if is_small else []
        post.poll = poll

    def rounds(self, post):
        """The rounds of a ranked poll as they are now."""
        cast = self.filter(topic=post.topic_id).values_list("choices", flat=True)
        ballots = Counter(cast.iterator(chunk_size=2000))
        return runoff(
            {tuple(map(int, choices.split())): n for choices, n in ballots.items()},
            len(post.poll["options"]),
        )

    def personal(self, member, topics):
        """For the personal stream: {topic id as text: the member's own choices}."""
        visible = Topic.objects.visible_to(member).filter(pk=models.OuterRef("topic"))
        mine = self.filter(models.Exists(visible), member=member, topic__in=map(int, topics))
        return {str(ballot.topic_id): {"choices": ballot.ranking} for ballot in mine}


def close(post):
    """Close a poll whose time is over; `post` as for `cast`."""
    if not post.poll or post.poll["closed"] or is_open(post.poll):
        return
    post.poll = {**post.poll, "closed": True}
    if post.poll["kind"] == RANKED:
        post.poll["rounds"] = Ballot.objects.rounds(post)
    post.topic.poll_closes_at = None
    _save(post)


def _save(post, by=None):
    post.change = post.topic.take_change(in_lists=False)
    type(post).objects.filter(pk=post.pk).update(poll=post.poll, change=post.change)
    post.topic.save_numbers()
    announce("polled", post.topic, post, by=by)


def runoff(ballots, options):
    """The rounds of an instant runoff: lists with the count of each option, None for those that are
    out.

    ballots: {numbers of options in the order of preference: how many}. Until one option has more
    than half of the ballots that still count, the weakest one is out, and its ballots count for the
    next of their options. The weakest has the fewest; among equals the one that had fewer in the
    round before, and so on back to the first; at last the one that stands lower in the poll. So a
    poll has one winner, and the same ballots always have the same.
    """
    piles = {number: [] for number in range(1, options + 1)}  # without options that are out
    _deal(ballots.items(), piles)
    rounds: list[list[int | None]] = []
    while True:
        counts = {number: sum(n for _choices, n in pile) for number, pile in piles.items()}
        rounds.append([counts.get(number) for number in range(1, options + 1)])
        if len(piles) == 1 or 2 * max(counts.values()) > sum(counts.values()):
            return rounds
        _deal(piles.pop(_weakest(piles, rounds)), piles)


def _deal(ballots, piles):
    """Put each of these ballots onto the pile of its first choice that is not out."""
    for choices, n in ballots:
        first = next((number for number in choices if number in piles), None)
        if first:
            piles[first].append((choices, n))


def _weakest(numbers, rounds):
    return min(
        numbers, key=lambda number: ([counts[number - 1] for counts in reversed(rounds)], -number)
    )


def with_own_ballot(topics, user):
    """Annotate each topic with `ballot`, the choices of `user` in its poll as text, or None."""
    if not user.is_authenticated:
        return topics.annotate(ballot=models.Value(None, output_field=models.TextField()))
    mine = Ballot.objects.filter(member_id=user.pk, topic=models.OuterRef("pk"))
    return topics.annotate(ballot=models.Subquery(mine.values("choices")[:1]))


class Ballot(models.Model):
    """How one member has voted in the poll of a topic."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="ballots", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Numbers of options from 1, with spaces between, in the order of preference if they are ranked.
    choices = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)

    objects = BallotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "member"], name="one_ballot_per_member")
        ]
        indexes = [models.Index(fields=["topic", "-id"], name="ballots_of_poll")]

    def __str__(self):
        return f"{self.choices} of {self.member_id} in {self.topic_id}"

    @property
    def ranking(self):
        return [int(number) for number in self.choices.split()]
