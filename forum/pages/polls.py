"""Polls as pages show them: the same HTML for everybody, without results that not all may know."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from forum.markdown.polls import ALWAYS, CLOSED, RANKED, SINGLE, VOTED
from forum.models import polls

# As forum/markdown/polls.py has rendered it; within a post nothing else looks so.
RENDERED = re.compile(r'<div class="poll">.*?</div>', re.DOTALL)


@dataclass(frozen=True)
class Option:
    """count: votes, of ranked polls those in the option's last round. share: of those who have
    voted, in percent. rank: the reader's own, None if they have not chosen it.
    """

    number: int
    text: str
    count: int
    share: int
    is_first: bool
    rank: int | str | None


class Poll:
    """A stored poll for a template, and where it is for one reader alone: what they have chosen
    (`own`), or have just typed {number of an option: its rank}.
    """

    def __init__(self, post, own=(), typed=None):
        self.stored, self.topic_id, self.own = post.poll, post.topic_id, list(own)
        self.typed = typed or {number: rank for rank, number in enumerate(own, 1)}

    @property
    def question(self):
        return self.stored["question"]

    @property
    def key(self):
        return polls.key_of(self.stored)

    @property
    def is_ranked(self):
        return self.stored["kind"] == RANKED

    @property
    def is_single(self):
        return self.stored["kind"] == SINGLE

    @property
    def most(self):
        return self.stored["most"]

    @property
    def is_limited(self):
        return not (self.is_single or self.is_ranked) and self.most < len(self.stored["options"])

    @property
    def voters(self):
        return self.stored["voters"]

    @property
    def is_public(self):
        return self.stored["public"]

    @property
    def is_closed(self):
        return self.stored["closed"]

    @property
    def closes_at(self):
        return polls.closing_time(self.stored)

    @property
    def closed_at(self):
        return datetime.fromisoformat(self.stored["closes"]) if self.is_closed else None

    @property
    def waits_for(self):
        """When results are shown, if not now and to everybody: "vote", "end" or ""."""
        waits = {ALWAYS: "", VOTED: "vote", CLOSED: "end"}[self.stored["results"]]
        return "" if self.is_closed else waits

    @property
    def shows_results(self):
        """Whether everybody may know them; then also who has waited for them by a vote."""
        return not self.waits_for or (self.waits_for == "vote" and bool(self.own))

    @property
    def rounds(self):
        return self.stored["rounds"]

    @property
    def counts(self):
        """What is shown of each option."""
        if not self.rounds:
            return self.stored["counts"]
        return [
            next(count for count in reversed(column) if count is not None)
            for column in self._columns
        ]

    @property
    def _columns(self):
        return list(zip(*self.rounds, strict=True))

    @property
    def table(self):
        """Of a ranked poll: [(text, its count in each round)]."""
        return list(zip(self.stored["options"], self._columns, strict=True)) if self.rounds else []

    @property
    def options(self):
        counts, best = self.counts, self._best
        return [
            Option(
                number,
                text,
                counts[number - 1],
                round(100 * counts[number - 1] / self.voters) if self.voters else 0,
                number in best,
                self.typed.get(number),
            )
            for number, text in enumerate(self.stored["options"], 1)
        ]

    @property
    def _best(self):
        """Numbers of the options that win, or lead."""
        last = [count or 0 for count in (self.rounds[-1] if self.rounds else self.stored["counts"])]
        most = max(last)
        return {number for number, count in enumerate(last, 1) if most and count == most}


def text_of(post):
    """The post's text, with its poll to vote on."""
    if not post.poll:
        return mark_safe(post.html)  # noqa: S308 - sanitised
    return mark_safe(RENDERED.sub(lambda _: widget(post), post.html, count=1))  # noqa: S308 - sanitised, and our own template's


def widget(post):
    return render_to_string("polls/_poll.html", {"poll": Poll(post)}).strip()
