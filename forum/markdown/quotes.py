"""Quotes a post as Markdown, ready for an answer below."""

import re
from urllib.parse import quote as escape_address

LIMIT = 2_000
ENDING, LAST_LINE = " …\n", "> …\n"
LINE_END = re.compile(r"\r\n|\r|\n")
DEEPER = re.compile(r" {0,3}>\s{0,3}>")
FOLDED = re.compile(r" {0,3}> ?\[!quote\]-\s*(.*)", re.IGNORECASE)
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
SPECIAL = re.compile(r"([\\`*_\[\]<>])")


def quote(body, username, url):
    """Quotes `body` in at most LIMIT characters; the first line leads to `url`, the last one is
    empty.

    What the body itself quotes stays one level deep; older quotes inside it are left out.
    """
    name = SPECIAL.sub(r"\\\1", username)
    heading = f"> [@{name}]({escape_address(url, safe='/:?#=&%@~+,;!-._')}):\n>\n"
    room = LIMIT - len(heading) - len(LAST_LINE) - 1
    return heading + _fitting([_quoted(line) for line in _recent(body.strip("\r\n"))], room) + "\n"


def _recent(body):
    """The lines of the body, without what is quoted in its quotes, and of folded ones only who is
    quoted. A > inside fenced code is no quote."""
    fence, is_folded = "", False
    for line in LINE_END.split(body):
        is_folded = is_folded and line.lstrip(" ").startswith(">")
        if not fence and (is_folded or DEEPER.match(line)):
            continue
        if not fence and (folded := FOLDED.match(line)):
            is_folded = True
            line = f"> {folded[1].strip()}" if folded[1].strip() else ""
        mark = FENCE.match(line)
        if mark:
            fence = _after(mark[1], fence)
        yield line


def _after(mark, fence):
    """The fence that is open after a line that begins with this mark."""
    if not fence:
        return mark
    return "" if mark.startswith(fence) else fence


def _quoted(line):
    return f"> {line}".rstrip() + "\n"


def _fitting(lines, room):
    """As many lines as there is room for; the first one that doesn't fit is cut."""
    kept = []
    for line in lines:
        if len(line) > room:
            return "".join(kept) + (line[:room].rstrip() + ENDING if room > 2 else LAST_LINE)
        kept.append(line)
        room -= len(line)
    return "".join(kept)
