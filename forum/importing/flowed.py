"""Undoes the soft line breaks of format=flowed (RFC 3676)."""


def unwrap(text, delete_space=False):
    """Join lines that end with a space with the next one, if it has the same quote depth."""
    lines, paragraph, depth = [], [], None
    for line in text.split("\n"):
        line_depth = len(line) - len(line.lstrip(">"))
        content = line[line_depth:].removeprefix(" ")  # "space-stuffing"
        if paragraph and (line_depth != depth or content == "-- "):
            lines.append(_quoted(depth, paragraph))
            paragraph = []
        depth = line_depth
        if content.endswith(" ") and content != "-- ":
            paragraph.append(content[:-1] if delete_space else content)
        else:
            lines.append(_quoted(depth, [*paragraph, content]))
            paragraph = []
    if paragraph:
        lines.append(_quoted(depth, paragraph))
    return "\n".join(lines)


def _quoted(depth, paragraph):
    return f"{'>' * depth} {''.join(paragraph)}" if depth else "".join(paragraph)
