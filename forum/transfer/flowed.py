"""Undoes the soft line breaks of format=flowed (RFC 3676)."""

import re

QUOTE = re.compile(r">*")


def unwrap(text, delete_space=False):
    """Lines that end with a space go on in the next one, if that is quoted as deeply."""
    lines, paragraph, depth = [], "", None
    for line in text.split("\n"):
        line_depth = QUOTE.match(line).end()
        content = line[line_depth:].removeprefix(" ")  # "space-stuffing"
        if depth is not None and (line_depth != depth or content == "-- "):
            lines.append(_quoted(depth, paragraph))
            paragraph, depth = "", None
        if content.endswith(" ") and content != "-- ":
            paragraph, depth = paragraph + (content[:-1] if delete_space else content), line_depth
        else:
            lines.append(_quoted(line_depth, paragraph + content))
            paragraph, depth = "", None
    if depth is not None:
        lines.append(_quoted(depth, paragraph))
    return "\n".join(lines)


def _quoted(depth, content):
    return f"{'>' * depth} {content}" if depth else content
