"""Polls: a fenced block that says `poll`, which reads well as plain text anywhere.

    ```poll
    Which day suits you?
    type: multiple, at most 2
    closes: 2026-12-10 18:00
    results: after voting
    votes: public
    - Friday
    - Saturday
    ```

The first line is the question. What follows are rules, each of which can be left out, and options.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml

from forum.markdown.errors import MarkdownError
from forum.text.short_text import one_line, validate_short_text

MOST_OPTIONS = 20
LONGEST_QUESTION = 200
LONGEST_OPTION = 100
LONGEST = 5000  # characters of a block

SINGLE, MULTIPLE, RANKED = "single", "multiple", "ranked"
ALWAYS, VOTED, CLOSED = "always", "after voting", "after closing"

LAST_MINUTE = timedelta(hours=23, minutes=59)

RULE = re.compile(r"(type|closes|results|votes)\s*:\s*(.*)", re.IGNORECASE)
OPTION = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s+(.*)")
KIND = re.compile(r"single|ranked|multiple(?:\s*,?\s*at most (?P<most>\d{1,3}))?", re.IGNORECASE)
TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?(?: UTC)?", re.IGNORECASE)


class BadPoll(MarkdownError):
    """A poll that can't be; str() says what to change."""


@dataclass(frozen=True)
class PollText:
    """A poll as it is written. most: how many options one may choose."""

    question: str
    options: tuple[str, ...]
    kind: str = SINGLE
    most: int = 1
    closes_at: datetime | None = None
    results: str = ALWAYS
    is_public: bool = False


def is_poll(token):
    """Whether a fenced block is one: not within quotations or lists."""
    return token.level == 0 and token.info.strip().lower() == "poll"


def read(text):
    """The PollText of a block; raises BadPoll."""
    if len(text) > LONGEST:
        raise BadPoll(_("This poll is too long. Please shorten its question or options."))
    question, rules, options = "", {}, []
    for line in filter(None, map(str.strip, text.splitlines())):
        if found := OPTION.fullmatch(line):
            options.append(found[1])
        elif options:
            raise BadPoll(
                _(
                    "In a poll each option is a line that begins with “- ”. Please correct"
                    " “%(line)s”."
                )
                % {"line": line[:40]}
            )
        elif found := RULE.fullmatch(line):
            rules[found[1].lower()] = found[2].strip()
        elif question:
            raise BadPoll(
                _(
                    "“%(line)s” is no rule of a poll. Rules are “type”, “closes”, “results” and"
                    " “votes”; the question is one line, and options begin with “- ”."
                )
                % {"line": line[:40]}
            )
        else:
            question = line
    return PollText(_question(question), _options(options), **_rules(rules, len(options)))


def rendered(text, found):
    """The HTML of a block, whose PollText is added to `found`; raises BadPoll."""
    if found:
        raise BadPoll(_("A topic has one poll at most. Please leave out the second one."))
    found.append(read(text))
    return _html(found[0])


def _html(poll):
    """As it is stored and shown where nobody can vote, such as in mails and previews."""
    options = "".join(f"<li>{escapeHtml(option)}</li>" for option in poll.options)
    question = escapeHtml(poll.question)
    return f'<div class="poll"><p dir="auto">{question}</p><ul dir="auto">{options}</ul></div>\n'


def _question(text):
    if not text:
        raise BadPoll(_("Please begin the poll with its question, on a line of its own."))
    return _short(text, LONGEST_QUESTION)


def _options(texts):
    if not 2 <= len(texts) <= MOST_OPTIONS:
        raise BadPoll(
            _("A poll has 2 to %(most)d options, each on a line that begins with “- ”.")
            % {"most": MOST_OPTIONS}
        )
    options = tuple(_short(text, LONGEST_OPTION) for text in texts)
    seen = set()
    for option in options:
        if option.casefold() in seen:
            raise BadPoll(_("The poll has the option “%(option)s” twice.") % {"option": option})
        seen.add(option.casefold())
    return options


def _short(text, longest):
    text = one_line(text)
    if not text:
        raise BadPoll(_("An option of the poll is empty. Please write something, or delete it."))
    if len(text) > longest:
        raise BadPoll(
            _("“%(text)s…” is too long for a poll: please use at most %(longest)d characters.")
            % {"text": text[:40], "longest": longest}
        )
    try:
        validate_short_text(text)
    except ValidationError as error:
        raise BadPoll(error.messages[0]) from error
    return text


def _rules(rules, options):
    found = {}
    if "type" in rules:
        found |= _kind(rules["type"], options)
    if "closes" in rules:
        found["closes_at"] = _time(rules["closes"])
    if "results" in rules:
        found["results"] = _one_of("results", rules["results"], (ALWAYS, VOTED, CLOSED))
    if "votes" in rules:
        found["is_public"] = _one_of("votes", rules["votes"], ("secret", "public")) == "public"
    if found.get("results") == CLOSED and "closes_at" not in found:
        raise BadPoll(
            _("Results “after closing” need a time. Please add a line like “closes: 2026-12-31”.")
        )
    return found


def _kind(text, options):
    match = KIND.fullmatch(text)
    if not match:
        raise BadPoll(
            _(
                "“%(text)s” is no type of a poll. Please write “single”, “multiple”, “multiple, at"
                " most 3” or “ranked”."
            )
            % {"text": text[:40]}
        )
    kind = text.split(",")[0].split()[0].lower()
    if kind != MULTIPLE:
        return {"kind": kind, "most": 1 if kind == SINGLE else options}
    most = int(match["most"] or options)
    if not 1 <= most <= options:
        raise BadPoll(
            _("With %(n)d options nobody can choose %(most)d. Please change “at most”.")
            % {"n": options, "most": most}
        )
    return {"kind": kind, "most": most}


def _time(text):
    """A time in UTC; a day means its last minute."""
    match = TIME.fullmatch(text)
    try:
        if match:
            day = datetime.fromisoformat(f"{match[1]} {match[2] or '00:00'}").replace(tzinfo=UTC)
            return day if match[2] else day + LAST_MINUTE
    except ValueError:  # the 31st of June
        pass
    raise BadPoll(
        _("“%(text)s” is no time. Please write it as 2026-12-31 or 2026-12-31 18:00, in UTC.")
        % {"text": text[:40]}
    )


def _one_of(rule, text, choices):
    for choice in choices:
        if " ".join(text.lower().split()) == choice:
            return choice
    raise BadPoll(
        _("“%(rule)s: %(text)s” is not possible. Please write one of: %(choices)s.")
        % {"rule": rule, "text": text[:40], "choices": ", ".join(choices)}
    )
