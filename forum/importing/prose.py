"""Writes plain paragraphs as Markdown that reads as they were written."""

import re

from forum.importing import links
from forum.text.letters import WITHOUT_BLANKS

ITEM = re.compile(r"(?:[-*•·–+]|(\d{1,3})([.)]))\s+(?=\S)")
RULER = re.compile(r"([-_=*~#.])\1{4,}$")
NARROWEST, WIDEST = (
    55,
    100,
)  # windows in which programs break lines; narrower ones were broken by their author

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
SIGN = re.compile(r"[\\`\[~|*_<&@]")  # what ESCAPED may find; most lines have none
LINE_START = re.compile(r"(?:[#>=*]|[-+](?=\s|$|-)|\d{1,9}(?=[.)](?:\s|$)))")


def to_markdown(lines):
    """Markdown for the lines of one paragraph: lists as lists, lines joined that only a narrow
    window had broken."""
    if len(lines) == 1 and RULER.match(lines[0].strip()):
        return ["---"]
    lines = [line.strip() for line in lines]
    items = _items(lines)
    first = min(items, default=len(lines))
    written, width = [], _width(lines)
    for index, line in enumerate(lines):
        if index in items:
            written.append(items[index] + escape(ITEM.sub("", line, count=1)))
        elif index and _goes_on(lines[index - 1], line, width):
            written[-1] += " " + escape(line, at_start=False)
        else:
            written.append(("   " if index > first else "") + escape(line))
    return written


def escape(line, at_start=True):
    """`line` as Markdown that shows just these characters; its web addresses become links."""
    written = "".join(f"<{url}>" if url else _escaped(text) for text, url in links.pieces(line))
    if at_start and not written.startswith(("\\", "<")) and (match := LINE_START.match(written)):
        at = match.end() if match[0][0].isdigit() else 0
        written = written[:at] + "\\" + written[at:]
    return written


def _escaped(text):
    return ESCAPED.sub(r"\\\g<0>", text) if SIGN.search(text) else text


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
    """The window that broke these lines: as wide as the longest, but addresses and unbroken lines
    stick out."""
    longest = max((len(line) for line in lines if " " in line and len(line) <= WIDEST), default=0)
    return longest if longest >= NARROWEST else None


def _goes_on(before, line, width):
    """Whether a line only ended because the next word did not fit."""
    if width is None or ITEM.match(line) or not line:
        return False
    return len(before) + 1 + len(line.split(maxsplit=1)[0]) > width
