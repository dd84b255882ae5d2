"""Sections that open on a click, written like HTML, as other forums and GitHub's Markdown take it.

    <details>
    <summary>What they are about</summary>

    Any Markdown.

    </details>

Each of these marks stands in a line of its own; the second is optional, and may follow the first.
Unlike folded quotes (folding.py), what a section hides is its author's own.
"""

import re

from django.utils.translation import gettext as _

from forum.markdown.budget import ENDING_RULES, LINE

OPENING = re.compile(r"<details>[ \t]*(?:<summary>(.*)</summary>)?[ \t]*$", re.IGNORECASE)
SUMMARY = re.compile(r"<summary>(.*)</summary>[ \t]*$", re.IGNORECASE)
CLOSING = re.compile(r"</details>[ \t]*$", re.IGNORECASE)
INDENTED = 4  # columns of indented code
RENDERED = re.compile(r"<details( class=\"section\")?>|</details>")


def plug_into(md):
    md.block.ruler.before("html_block", "section", section, {"alt": ENDING_RULES})
    md.add_render_rule("summary_open", show_summary)
    md.add_render_rule("summary_close", show_end_of_summary)


def section(state, start, end, silent):
    opening = OPENING.match(line(state, start))
    if not opening or state.sCount[start] - state.blkIndent >= INDENTED:
        return False
    closing = last_line(state, start, end)
    if closing is None:
        return False
    if silent:
        return True
    title, first = opening[1], start + 1
    if title is None and (summary := SUMMARY.match(line(state, first))):
        title, first = summary[1], first + 1
    token = state.push("section_open", "details", 1)
    token.attrs, token.map, token.block = {"class": "section"}, [start, closing + 1], True
    state.push("summary_open", "summary", 1)
    words = state.push("inline", "", 0)
    words.content, words.map, words.children = (title or _("Details")).strip(), [start, first], []
    state.push("summary_close", "summary", -1)
    outer, state.lineMax = (state.parentType, state.lineMax), closing
    state.parentType = "section"
    state.md.block.tokenize(state, first, closing)
    state.parentType, state.lineMax = outer
    state.push("section_close", "details", -1).block = True
    state.line = closing + 1
    return True


def last_line(state, start, end):
    """The line that closes the section, None without one."""
    depth, begin = 0, state.blkIndent
    for number in range(start, end):
        state.env["budget"].spend(LINE)
        if state.sCount[number] < begin and not state.isEmpty(number):
            return None  # the list that it began in is over
        text = line(state, number)
        depth += bool(OPENING.match(text)) - bool(CLOSING.match(text))
        if not depth:
            return number
    return None


def line(state, number):
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def show_summary(renderer, tokens, index, options, env):
    return "<summary>"


def show_end_of_summary(renderer, tokens, index, options, env):
    return "</summary>\n"


def unfolded(html):
    """Rendered HTML with its sections open, so that only folded quotes are <details>."""
    if '<details class="section">' not in html:
        return html
    opened = []

    def replaced(mark):
        if mark[0] != "</details>":
            opened.append(bool(mark[1]))
            return "<div>" if opened[-1] else mark[0]
        return "</div>" if opened and opened.pop() else mark[0]

    return RENDERED.sub(replaced, html)
