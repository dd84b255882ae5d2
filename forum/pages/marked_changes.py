"""HTML of the changes between two texts: in one text, or both texts side by side.

`pieces` is a comparison: a list of ("same" | "added" | "removed", text).
"""

from dataclasses import dataclass, field

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe

TAGS = {
    "same": escape,
    "added": lambda text: format_html("<ins>{}</ins>", text),
    "removed": lambda text: format_html("<del>{}</del>", text),
}
SAME = '<div class="side">{}</div><div class="side side--again" aria-hidden="true">{}</div>'
CONTEXT = 100  # characters around a change in an excerpt
CHANGED = '<div class="side side--before">{}</div><div class="side side--after">{}</div>'


def inline(pieces):
    return format_html_join("", "{}", ((TAGS[kind](text),) for kind, text in pieces))


def excerpt(pieces):
    """The changes with a little text around them."""
    last = len(pieces) - 1
    return inline(
        (kind, text if kind != "same" else shortened(text, place > 0, place < last))
        for place, (kind, text) in enumerate(pieces)
    )


def shortened(text, follows_change, precedes_change):
    """The text next to changes, with "…" for the rest. A text without changes stays as it is."""
    if not follows_change and not precedes_change:
        return text
    head = text[:CONTEXT] if follows_change else ""
    tail = text[-CONTEXT:] if precedes_change else ""
    return text if len(head + tail) >= len(text) else f"{head} … {tail}"


def sides(pieces):
    """Pairs of cells; lines that did not change are at the same height in both texts."""
    return mark_safe("".join(row.html for row in rows(pieces)))  # noqa: S308 - escaped in each row


@dataclass
class Row:
    before: list = field(default_factory=list)  # pieces
    after: list = field(default_factory=list)
    is_changed: bool = False

    def add(self, kind, text):
        self.is_changed |= kind != "same"
        if text and kind != "added":
            self.before.append((kind, text))
        if text and kind != "removed":
            self.after.append((kind, text))

    @property
    def ends_a_line(self):
        return all(not side or side[-1][1].endswith("\n") for side in (self.before, self.after))

    @property
    def html(self):
        return format_html(
            CHANGED if self.is_changed else SAME, inline(self.before), inline(self.after)
        )


def rows(pieces):
    """The rows of the comparison: whole lines with changes, and all lines in between."""
    row = Row()
    for kind, text in pieces:
        if kind == "same" and row.is_changed:
            if not row.ends_a_line:
                rest_of_line, end, text = text.partition("\n")
                row.add("same", rest_of_line + end)
                if not end:
                    continue
            yield row
            row = Row()
        if kind == "same":
            lines, end, beginning_of_line = text.rpartition("\n")
            if end:
                row.add("same", lines + end)
                yield row
                row = Row()
            text = beginning_of_line
        row.add(kind, text)
    if row.before or row.after:
        yield row
