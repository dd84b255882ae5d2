"""Renders Markdown source to HTML."""

from forum.cache.lru import LRUCache
from forum.markdown import sanitiser
from forum.markdown.budget import Budget
from forum.markdown.errors import MAX_LENGTH, TooLong
from forum.markdown.mentions import member_of
from forum.markdown.parser import parser

# Each text is rendered twice: to validate the form, and when the post is saved.
_rendered = LRUCache(2**20)


def render(source, find_members=None):
    """Render a Markdown text to sanitised HTML.

    `find_members` takes a set of `folded` usernames and returns {folded name: (member id,
    username)} for those that exist. It is called at most once, and only if there are possible
    mentions. Raises TooLong or TooComplex.
    """
    _check_length(source)
    html = _rendered.get(source)
    if html is not None:
        return html
    tokens, env = _parse(source)
    if find_members and env["names"]:
        env["members"] = find_members(set(env["names"]))
    html = sanitiser.clean(parser.renderer.render(tokens, parser.options, env))
    return html if env["names"] else _rendered.set(source, html)  # members may change


def mentioned(source, find_members):
    """The ids of members mentioned outside of quotes; `find_members` as for `render`."""
    tokens, env = _parse(source)
    members = find_members(set(env["names"])) if env["names"] else {}
    found = [member_of(token, members) for token in _mentions_outside_quotes(tokens)]
    return {member_id for _end, (member_id, _username) in filter(None, found)}


def _parse(source):
    _check_length(source)
    env = {"budget": Budget(), "names": set(), "people": set(), "members": {}}
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
