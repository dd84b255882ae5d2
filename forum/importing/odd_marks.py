"""Recognises quotes marked with something else than `>`: `| `, `: `, or initials as in `JD> `.

A single such line is ambiguous, so it is left as it is.
"""

import re
from itertools import groupby

from forum.importing import code

MARK = re.compile(
    r"\s?(?:([|:])(?: (?=[^\W_]|[\"'“(*>-])|$)|([A-Z][\w.-]{0,19}(?=>))(?=>+(?: |$)))"
)
MIN_LINES = 2
SENTENCE = 4  # words, at least, of a sentence with a full stop; others need code.is_prose


def replaced(lines):
    """`lines` with these marks replaced by `>`."""
    if not any(mark in line for line in lines for mark in ("|", ": ", ">")):
        return lines
    found = []
    for mark, marked in groupby(lines, _mark):
        run = list(marked)
        found += [">" + _content(line) for line in run] if mark and _is_quote(run) else run
    return found


def _mark(line):
    match = MARK.match(line)
    return (match[1] or match[2]) if match else None


def _content(line):
    mark = MARK.match(line)
    return line[mark.end() if mark else 0 :].removeprefix(">")


def _is_quote(run):
    """Whether these lines are prose, not a table, a drawing or input to a program."""
    words = [content.strip() for content in map(_content, run) if content.strip()]
    if len(words) < MIN_LINES or any("|" in line for line in words):
        return False
    plain = [line for line in words if code.grade(line) == 0]
    return len(plain) * 2 > len(words) and any(map(_is_sentence, plain))


def _is_sentence(line):
    return code.is_prose(line) or (line.endswith((".", "?", "!")) and len(line.split()) >= SENTENCE)
