"""Limits the work for one text by counting parser steps, so that the result is deterministic.

A unit is about a microsecond on the machine where this was measured (bench/markdown.py): a text
that uses up its budget takes about 0.1 s, and Chromium lays out the heaviest page in 0.5 s.
"""

import re

from forum.markdown.errors import TooComplex

UNITS = 80_000
ELEMENTS = 4_000
HEAVIER = {"li": 3}  # a list marker costs a browser as much as three links
BLOCK, LINE, INLINE, TOKEN, LINK, PICTURE = 30, 8, 3, 3, 70, 40
# The parser searches for their closing delimiter, often to the end of the paragraph.
COSTLY = {"[": 30, "<": 20, "*": 14, "_": 14, "~": 14, "|": 14, "`": 6, "&": 6, "!": 6}
MAX_DEPTH = 40  # levels of quotes and lists; a list takes two of them
MAX_INLINE_DEPTH = 20
ENDING_RULES = ["paragraph", "reference", "blockquote", "list"]
# Costs as much as a bare address, because the host may need to be converted to ASCII.
AUTOLINK = re.compile(r"<(?:https?|mailto):", re.IGNORECASE)
SPECIAL = re.compile(r"[\[\]!*_~`<&\\:@\n]")


class Budget:
    """The remainder for one text: units of work, HTML elements, highlighting time (see code.py)."""

    def __init__(self):
        self.units, self.elements = UNITS, ELEMENTS
        self.colouring = 0.0  # CPU seconds spent on highlighting so far

    def spend(self, units=0, elements=0):
        if not self.afford(units, elements):
            raise TooComplex

    def afford(self, units=0, elements=0):
        """Spend them if enough is left; otherwise spend nothing and return False."""
        if units > self.units or elements > self.elements:
            return False
        self.units -= units
        self.elements -= elements
        return True


def plug_into(md):
    md.block.ruler.before("table", "count_blocks", count_block, {"alt": ENDING_RULES})
    md.inline.ruler.before("text", "count_inlines", count_inline)
    md.core.ruler.before("inline", "count_open_brackets", count_open_brackets)
    md.core.ruler.after("inline", "count_tokens", count_tokens)


def count_block(state, start, end, silent):
    if state.level > MAX_DEPTH:
        raise TooComplex
    state.env["budget"].spend(LINE if silent else BLOCK)
    return False


def count_inline(state, silent):
    state.env["budget"].spend(_price(state.src, state.pos))
    return False


def _price(text, position):
    if text.startswith("![", position):
        return PICTURE
    if AUTOLINK.match(text, position):
        return LINK
    return COSTLY.get(text[position], INLINE)


def count_open_brackets(state):
    """Count the search for the ] of every [: a thousand unclosed ones would cost a second."""
    for token in state.tokens:
        if token.type == "inline" and "[" in token.content:
            state.env["budget"].spend(_steps_inside_brackets(token.content))


def _steps_inside_brackets(text):
    depth = steps = 0
    for special in SPECIAL.findall(text):
        steps += depth
        if special == "[":
            depth += 1
        elif special == "]" and depth:
            depth -= 1
    return steps


def count_tokens(state):
    budget = state.env["budget"]
    for token in state.tokens:
        children = token.children or ()
        budget.spend(TOKEN * (1 + len(children)), _elements(token) + sum(map(_elements, children)))
        _refuse_deep_nesting(children)


def _elements(token):
    return HEAVIER.get(token.tag, 1) if token.tag and token.nesting >= 0 and not token.hidden else 0


def _refuse_deep_nesting(children):
    depth = 0
    for child in children:
        depth += child.nesting
        if depth > MAX_INLINE_DEPTH:
            raise TooComplex
