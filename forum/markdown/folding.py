"""Folded quotes, with the syntax of other forums and editors.

The first line of the quote is `[!quote]-`, optionally followed by a heading. The heading is
shown; the rest becomes <details>.
"""

import re

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

MARK = re.compile(r"\[!quote\]-(?:[ \t]+|$|(?=\n))", re.IGNORECASE)


def plug_into(md):
    md.core.ruler.after("block", "folding", fold)
    md.add_render_rule("fold_open", show_open)
    md.add_render_rule("fold_close", show_close)


def fold(state):
    if "[!quote]-" not in state.src.lower():
        return
    tokens, quotes, index = [], [], 0
    while index < len(state.tokens):
        token = state.tokens[index]
        if token.type == "blockquote_close" and quotes.pop():
            tokens.append(Token("fold_close", "details", -1))
        tokens.append(token)
        if token.type == "blockquote_open":
            heading = _heading(state.tokens[index + 1 : index + 5])
            quotes.append(bool(heading))
            tokens += heading
            index += 3 if heading else 0
        index += 1
    state.tokens = tokens


def _heading(tokens):
    """Tokens replacing the first paragraph of a folded quote; [] if there is nothing to fold."""
    if (
        len(tokens) < 4
        or tokens[0].type != "paragraph_open"
        or not (mark := MARK.match(tokens[1].content))
    ):
        return []
    words, _newline, rest = tokens[1].content[mark.end() :].partition("\n")
    if not rest and tokens[3].type == "blockquote_close":
        return []
    heading = _paragraph(tokens, words.strip()) if words.strip() else []
    return [*heading, Token("fold_open", "details", 1), *(_paragraph(tokens, rest) if rest else [])]


def _paragraph(tokens, content):
    opening, inline, closing = (token.copy(attrs=dict(token.attrs)) for token in tokens[:3])
    inline.content, inline.children = content, []
    return [opening, inline, closing]


def show_open(renderer, tokens, index, options, env):
    return f"<details>\n<summary>{escapeHtml(_('Quoted text'))}</summary>\n"


def show_close(renderer, tokens, index, options, env):
    return "</details>\n"
