"""Tables, bounded in size, aligned by classes (a style attribute would be dropped) and scrollable by keyboard."""

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block.table import table as original

from forum.markdown.errors import TooComplex

MAX_COLUMNS, MAX_CELLS = 40, 1_000
CELL_COST = 20


def plug_into(md):
    md.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    md.core.ruler.after("block", "alignments", align)
    md.add_render_rule("table_open", show_open)
    md.add_render_rule("table_close", show_close)


def table(state, start, end, silent):
    """The block rule of markdown-it, but the size is counted first: its rows are filled up to the header's width."""
    if start + 2 > end or not _may_be_ruler(state, start + 1) or not original(state, start, end, True):
        return False
    if silent:
        return True
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start])
    rows = _rows(state, start, end)
    if columns > MAX_COLUMNS + 1 or columns * rows > MAX_CELLS:
        raise TooComplex
    state.env["budget"].spend(columns * rows * CELL_COST)
    return original(state, start, end, False)


def _may_be_ruler(state, line):
    start = state.bMarks[line] + state.tShift[line]
    return state.src[start : start + 1] in ("|", "-", ":")


def _rows(state, start, end):
    line = start
    while line < end and not state.isEmpty(line):
        line += 1
    return line - start


def align(state):
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and "style" in token.attrs:
            token.attrs["class"] = token.attrs.pop("style").replace("text-align:", "align-")


def show_open(renderer, tokens, index, options, env):
    label = escapeHtml(_("Table"))
    return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">\n<table>\n'


def show_close(renderer, tokens, index, options, env):
    return "</table>\n</div>\n"
