"""How much work one text may make. Every step of the parser is counted, so the same text always fares the same.

A unit is about a microsecond on the machine these figures were measured on (bench/markdown.py), so a text that uses
up its budget takes about a tenth of a second, and Chromium lays out the heaviest page within half a second.
"""

import re

from forum.markdown.errors import TooComplex

BUDGET = 80_000
BLOCK, LINE, INLINE, TOKEN, LINK = 30, 8, 3, 3, 40
DEARER = {"[": 30, "*": 14, "_": 14, "~": 14, "`": 6, "&": 6, "!": 6}  # what must be looked for further on, or kept
DEEPEST = 40  # levels of quotes and lists; a list takes two of them
DEEPEST_INLINE = 20
ENDING_RULES = ["paragraph", "reference", "blockquote", "list"]
SPECIAL = re.compile(r"[\[\]!*_~`<&\\:@\n]")


class Budget:
    def __init__(self, units=BUDGET):
        self.left = units
        self.coloured = self.colouring = 0  # characters, seconds

    def spend(self, units):
        self.left -= units
        if self.left < 0:
            raise TooComplex

    def afford(self, units):
        """Spends them if there are enough left; otherwise spends nothing and says no."""
        if units > self.left:
            return False
        self.left -= units
        return True


def plug_into(md):
    md.block.ruler.before("table", "count_blocks", count_block, {"alt": ENDING_RULES})
    md.inline.ruler.before("text", "count_inlines", count_inline)
    md.core.ruler.before("inline", "count_open_brackets", count_open_brackets)
    md.core.ruler.after("inline", "count_tokens", count_tokens)


def count_block(state, start, end, silent):
    if state.level > DEEPEST:
        raise TooComplex
    state.env["budget"].spend(LINE if silent else BLOCK)
    return False


def count_inline(state, silent):
    state.env["budget"].spend(DEARER.get(state.src[state.pos], INLINE))
    return False


def count_open_brackets(state):
    """Every [ is followed to its ], over all that lies between: a thousand that never end would cost a second."""
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
    for token in state.tokens:
        state.env["budget"].spend(TOKEN * (1 + len(token.children or ())))
        _refuse_deep_nesting(token.children or ())


def _refuse_deep_nesting(children):
    depth = 0
    for child in children:
        depth += child.nesting
        if depth > DEEPEST_INLINE:
            raise TooComplex
