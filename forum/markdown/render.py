"""Renders Markdown source to HTML."""

from typing import NamedTuple

from forum.cache.lru import LRUCache
from forum.markdown import footnotes, sanitiser
from forum.markdown.budget import Budget
from forum.markdown.errors import MAX_LENGTH, TooLong
from forum.markdown.mentions import named_by
from forum.markdown.parser import parser

# Each text is rendered twice: to validate the form, and when the post is saved.
_rendered = LRUCache(2**20)


class Mentioned(NamedTuple):
    """Ids of members and groups."""

    members: set[int]
    groups: set[int]


def render(source, find=None, pictures=None, polls=None):
    """Render a Markdown text to sanitised HTML.

    `find` takes a set of `folded` names and returns {folded name: (id, username)} for members, and
    {folded name: (id, name, True)} for groups. It is called at most once, and only if there are
    possible mentions. `pictures` takes a set of names of uploads, and returns {name:
    forum.models.uploads.Picture, or None for a file}; those that it leaves out become links.
    `polls` is a list to which the PollText of a poll is added (see polls.py); without it, one is
    code. Raises TooLong, TooComplex or BadPoll.
    """
    _check_length(source)
    if polls is not None and "poll" not in source.lower():
        polls = None
    html = _rendered.get(source) if polls is None else None
    if html is not None:
        return html
    tokens, env = _parse(source)
    env["polls"] = polls
    if find and env["names"]:
        env["known"] = find(set(env["names"]))
    if pictures and env["uploads"]:
        env["pictures"] = pictures(set(env["uploads"]))
    html = sanitiser.clean(parser.renderer.render(tokens, parser.options, env))
    if env["names"] or env["uploads"] or polls is not None:
        return html  # members and pictures may change
    return _rendered.set(source, html)


def mentioned(source, find):
    """Who is Mentioned outside of quotes; `find` as for `render`."""
    tokens, env = _parse(source)
    known = find(set(env["names"])) if env["names"] else {}
    found = [named_by(token, known) for token in _mentions_outside_quotes(tokens)]
    names = [name for _end, name in filter(None, found)]
    return Mentioned(
        {pk for pk, _name, *is_group in names if not is_group},
        {pk for pk, _name, *is_group in names if is_group},
    )


def _parse(source):
    _check_length(source)
    env = {"budget": Budget(), "names": set(), "people": set(), "known": {}}
    env |= {"uploads": set(), "pictures": {}, "docId": footnotes.mark_of(source)}
    return parser.parse(source, env), env


def _check_length(source):
    if len(source) > MAX_LENGTH:
        raise TooLong


def _mentions_outside_quotes(tokens):
    depth = 0
    for token in tokens:
        if token.type in ("blockquote_open", "blockquote_close"):
            depth += token.nesting
        elif token.type == "inline" and not depth:
            yield from (child for child in token.children if child.type == "mention")
