"""Tables: limited in size, aligned by classes (styles would be removed), scrollable by keyboard."""

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block.table import table as original

from forum.markdown.errors import TooComplex

MAX_COLUMNS, MAX_CELLS = 40, 1_000
CELL_COST = 20  # units of the budget


def plug_into(md):
    md.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    md.core.ruler.after("block", "alignments", align)
    md.add_render_rule("table_open", show_open)
    md.add_render_rule("table_close", show_close)


def table(state, start, end, silent):
    """markdown-it's rule after a check of the size, since short rows are padded with cells."""
    if (
        start + 2 > end
        or not _may_be_delimiter_row(state, start + 1)
        or not original(state, start, end, True)
    ):
        return False
    if silent:
        return True
    columns, rows = _columns(state, start + 1), _rows(state, start, end)
    if columns > MAX_COLUMNS or columns * rows > MAX_CELLS:
        raise TooComplex
    state.env["budget"].spend(columns * rows * CELL_COST)
    return original(state, start, end, False)


def _may_be_delimiter_row(state, line):
    start = state.bMarks[line] + state.tShift[line]
    return state.src[start : start + 1] in ("|", "-", ":")


def _columns(state, ruler):
    dashes = state.src[state.bMarks[ruler] : state.eMarks[ruler]].split("|")
    return sum(1 for column in dashes if "-" in column)


def _rows(state, start, end):
    line = start
    while line < end and not state.isEmpty(line):
        line += 1
    return line - start - 1  # without the delimiter row


def align(state):
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and "style" in token.attrs:
            token.attrs["class"] = token.attrs.pop("style").replace("text-align:", "align-")


def show_open(renderer, tokens, index, options, env):
    label = escapeHtml(_("Table"))
    return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">\n<table>\n'


def show_close(renderer, tokens, index, options, env):
    return "</table>\n</div>\n"
