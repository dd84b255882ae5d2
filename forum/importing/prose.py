"""Converts plain-text paragraphs to Markdown that renders as they were written."""

import re

from forum.importing import links
from forum.markdown import emoji
from forum.text.letters import WITHOUT_BLANKS

ITEM = re.compile(r"(?:[-*•·–+]|(\d{1,3})([.)]))\s+(?=\S)")
RULER = re.compile(r"([-_=*~#.])\1{4,}$")
# Columns at which programs wrap lines; shorter lines were broken by their author.
MIN_WIDTH, MAX_WIDTH = 55, 100

ESCAPED = re.compile(
    rf"""[\\`\[~|]                       # never meant as Markdown
      | (?<!\s)\*|\*(?!\s|$)            # a star with something beside it
      | (?<![^\W_])_|_(?![^\W_])        # an underscore at the edge of a word
      | <
      | &(?=\#?\w+;)
      | (?:(?<![^\W_])|(?<=[{WITHOUT_BLANKS}]))@(?=\w)   # would mention somebody
    """,
    re.X,
)
SIGN = re.compile(r"[\\`\[~|*_<&@]")  # a quick check for ESCAPED: most lines have none
LINE_START = re.compile(r"(?:[#>=*]|[-+](?=\s|$|-)|\d{1,9}(?=[.)](?:\s|$)))")


def to_markdown(lines):
    """The Markdown lines of one paragraph: lists as lists, wrapped lines joined."""
    if len(lines) == 1 and RULER.match(lines[0].strip()):
        return ["---"]
    lines = [line.strip() for line in lines]
    items = _items(lines)
    first = min(items, default=len(lines))
    written, width = [], _width(lines)
    for index, line in enumerate(lines):
        if index in items:
            written.append(items[index] + escape(ITEM.sub("", line, count=1)))
        elif index and _continues(lines[index - 1], line, width):
            written[-1] += " " + escape(line, at_start=False)
        else:
            written.append(("   " if index > first else "") + escape(line))
    return written


def escape(line, at_start=True):
    """`line` as Markdown that renders to just these characters, with URLs as links."""
    written = "".join(f"<{url}>" if url else _escaped(text) for text, url in links.pieces(line))
    if at_start and not written.startswith(("\\", "<")) and (match := LINE_START.match(written)):
        at = match.end() if match[0][0].isdigit() else 0
        written = written[:at] + "\\" + written[at:]
    return written


def _escaped(text):
    return emoji.escaped(ESCAPED.sub(r"\\\g<0>", text) if SIGN.search(text) else text)


def _items(lines):
    """{index of a line that begins a list item: the marker to write}."""
    found = {index: match for index, line in enumerate(lines) if (match := ITEM.match(line))}
    numbers = [int(match[1]) for match in found.values() if match[1]]
    if len(numbers) == len(found):
        in_order = (
            numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
        )
        return (
            {index: f"{match[1]}{match[2]} " for index, match in found.items()} if in_order else {}
        )
    if numbers or len(found) < 2 or len({match[0][0] for match in found.values()}) > 1:
        return {}
    return dict.fromkeys(found, "- ")


def _width(lines):
    """The column at which these lines were wrapped, or None; ignores URLs and overlong lines."""
    longest = max(
        (len(line) for line in lines if " " in line and len(line) <= MAX_WIDTH), default=0
    )
    return longest if longest >= MIN_WIDTH else None


def _continues(before, line, width):
    """Whether the line before ended only because the next word did not fit."""
    if width is None or ITEM.match(line) or not line:
        return False
    return len(before) + 1 + len(line.split(maxsplit=1)[0]) > width
