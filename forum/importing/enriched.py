"""Converts text/enriched (RFC 1896) and its predecessor text/richtext to plain text."""

import re

PARAMETERS = re.compile(r"<(param|comment)>[^<]*</\1>", re.I)
COMMAND = re.compile(r"<(<)|<(nl|/?paragraph)>|</?[A-Za-z0-9-]{1,60}>")


def to_text(enriched, kind="text/enriched"):
    """Plain text of text/enriched or text/richtext.

    In enriched text n line breaks mean n-1, and a single one a space; in richtext every one is a
    space.
    """
    text = enriched.replace("\r\n", "\n")
    if kind == "text/enriched":
        text = re.sub(r"\n+", lambda match: match[0][1:] or " ", text)
    else:
        text = text.replace("\n", " ")
    return COMMAND.sub(_shown, PARAMETERS.sub("", text))


def _shown(match):
    return "<" if match[1] else "\n" if match[2] else ""
