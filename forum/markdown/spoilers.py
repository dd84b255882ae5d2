"""||Spoilers||: words that stand hidden until the reader asks for them.

A checkbox shows them, so that it works without scripts, by keyboard and for screen readers
(static/css/prose.css). Two bars side by side are needed at each end, as with ~~strikethrough~~.
"""

import re

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline.state_inline import Delimiter

BAR, MARK = "|", "||"
# A spoiler has no other one inside, so the next end is its own. The HTML may have been cut.
RENDERED = re.compile(r'<label class="spoiler">.*?(?:</label>|\Z)', re.DOTALL)
WRITTEN = re.compile(r"\|\|(?=[^\s|]).+?(?<=[^\s|])\|\|", re.DOTALL)
HIDDEN = "▒▒▒"


def plug_into(md):
    md.inline.add_terminator_char(BAR)
    md.inline.ruler.after("strikethrough", "spoiler", find_marks)
    md.inline.ruler2.after("strikethrough", "spoiler", pair_marks)
    md.add_render_rule("spoiler_open", show_open)
    md.add_render_rule("spoiler_close", show_close)


def find_marks(state, silent):
    if silent or state.src[state.pos] != BAR:
        return False
    found = state.scanDelims(state.pos, True)
    token = state.push("text", "", 0)
    token.content = BAR * found.length
    if found.length == len(MARK):
        state.delimiters.append(
            Delimiter(
                marker=ord(BAR),
                length=0,
                token=len(state.tokens) - 1,
                end=-1,
                open=found.can_open,
                close=found.can_close,
            )
        )
    state.pos += found.length
    return True


def pair_marks(state):
    pair(state, state.delimiters)
    for meta in state.tokens_meta:
        if meta and "delimiters" in meta:
            pair(state, meta["delimiters"])


def pair(state, delimiters):
    """Make tokens of the marks that belong together; those between them stay text."""
    end = -1  # of the spoiler before
    for place, opening in enumerate(delimiters):
        if opening.marker != ord(BAR) or opening.end == -1 or place < end:
            continue
        end = opening.end
        for delimiter, name, nesting in (opening, "open", 1), (delimiters[end], "close", -1):
            token = state.tokens[delimiter.token]
            token.type, token.tag, token.nesting = f"spoiler_{name}", "label", nesting
            token.markup, token.content = MARK, ""


def show_open(renderer, tokens, index, options, env):
    env["spoilers"] = env.get("spoilers", 0) + 1
    if env["spoilers"] > 1:
        return MARK  # in a link that is in a spoiler
    label = escapeHtml(_("Show the spoiler"))
    box = f'<input type="checkbox" class="spoiler__switch" aria-label="{label}" autocomplete="off">'
    return f'<label class="spoiler">{box}<span class="spoiler__words">'


def show_close(renderer, tokens, index, options, env):
    env["spoilers"] -= 1
    return MARK if env["spoilers"] else "</span></label>"


def without(html):
    """Rendered HTML with a sign in place of each spoiler."""
    return RENDERED.sub(HIDDEN, html) if has(html) else html


def without_written(body, html):
    """The Markdown of a post without the words of its spoilers; `html` is what it became.

    Where code of a post with spoilers looks like one, it is left out as well.
    """
    return WRITTEN.sub(f"{MARK}{HIDDEN}{MARK}", body) if has(html) else body


def has(html):
    return '<label class="spoiler">' in html
