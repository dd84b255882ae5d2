"""The text of a mail as the Markdown of a post."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.markdown import MAX_LENGTH

from . import code, links, prose, quoting, signatures
from .quoting import Quote, Words

HISTORY_LINES = 6  # of what a mail answers, when that stands above in the topic anyway
HISTORY_SIZE = 600  # characters
SHORT_HISTORY = 12  # lines; a quote up to this long is left alone
FENCE = re.compile(r"\s*(`{3,}|~{3,})[\w+-]*\s*$")
SPACES = str.maketrans({"\xa0": " ", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\x0b": "\n", "\x0c": "\n"})


def to_markdown(text, missing=None, attachments=()):
    """Markdown of at most MAX_LENGTH characters; if that is too little, a note tells what was left out.

    `missing` tells how many of the messages that this one answers, nearest first, are not in the topic before
    one is.
    So many levels of the old mail below the text are kept, and of the next one the beginning. None keeps
    everything.
    """
    text = text.translate(SPACES).expandtabs(8).strip("\n")
    note = _attachments(attachments)
    whole = _written(text, missing, note)
    if len(whole) > MAX_LENGTH:
        whole = _written(text, 0, note)
    return whole if len(whole) <= MAX_LENGTH else _cut(text, note)


def verbatim(text):
    """The text as one block of code: for what is too complicated to be rendered as anything else."""
    text = text[: MAX_LENGTH - 100].replace("\x00", "")
    return "\n".join(_fenced(text.split("\n")))[:MAX_LENGTH]


def _cut(text, note):
    """As much of the beginning as a post can hold."""
    low, high = 0, min(len(text), MAX_LENGTH)
    while high - low > 100:
        middle = (low + high) // 2
        if len(_beginning(text, middle, note)) <= MAX_LENGTH:
            low = middle
        else:
            high = middle
    return _beginning(text, low, note)


def _beginning(text, length, note):
    left_out = _("[The remaining %d characters were too long for a post.]") % (len(text) - length)
    return "\n\n".join(filter(None, [_written(text[:length], 0, ""), f"*{prose.escape(left_out)}*", note]))


def _written(text, missing, note):
    blocks = [_without_signatures(block) for block in quoting.parse(text)]
    blocks = [block for block in blocks if block is not None]
    if missing is not None and len(blocks) > 1 and isinstance(blocks[-1], Quote):
        blocks[-1:] = _shortened(blocks[-1], missing)
    lines = _lines(blocks)
    return "\n".join(lines) + (("\n\n" if lines else "") + note if note else "") or f"*{_('(no text)')}*"


def _without_signatures(block):
    if isinstance(block, Words):
        lines = signatures.without(block.lines)
        return Words(lines) if any(line.strip() for line in lines) else None
    block.blocks = [inner for inner in map(_without_signatures, block.blocks) if inner is not None]
    return block if block.blocks else None


def _shortened(quote, missing):
    """The first lines of what the quoted person wrote; what is quoted in it stands further above."""
    if missing:
        inner = [_shortened(block, missing - 1) if isinstance(block, Quote) else [block] for block in quote.blocks]
        return [Quote(quote.source, [block for blocks in inner for block in blocks])]
    size = _size(quote)
    if size <= SHORT_HISTORY:
        return [quote]
    kept = Words(_first_lines([line for block in quote.blocks if isinstance(block, Words) for line in block.lines]))
    left_out = size - _size(kept)
    note = ngettext("[… %d more quoted line]", "[… %d more quoted lines]", left_out) % left_out
    return [Quote(quote.source, [kept, Words([note])])] if any(kept.lines) else []


def _size(block):
    if isinstance(block, Words):
        return sum(bool(line.strip()) for line in block.lines)
    return sum(map(_size, block.blocks))


def _first_lines(lines):
    kept, count, size = [], 0, 0
    for line in lines:
        count, size = count + bool(line.strip()), size + len(line)
        if count > HISTORY_LINES or (size > HISTORY_SIZE and count > 1):
            break
        kept.append(line)
    return kept


def _lines(blocks, depth=0):
    lines = []
    for block in blocks:
        if isinstance(block, Words):
            inner = _words([links.tidy(line) for line in block.lines])
        else:
            inner = [prose.escape(links.tidy(block.source)), ""] if block.source else []
            inner += _lines(block.blocks, depth + 1)
            if depth < quoting.DEPTH:
                inner = [f"> {line}".rstrip() for line in inner]
        lines += [*inner, ""]
    return lines[:-1]


def _words(lines):
    """Markdown for what one person wrote: paragraphs, and code between them."""
    written = []
    for is_code, chunk in _chunks(lines):
        written += [*(_fenced(chunk) if is_code else prose.to_markdown(chunk)), ""]
    return written[:-1]


def _chunks(lines):
    """(is code, lines) in order; code that only a blank line parts is one chunk."""
    chunks = []
    for paragraph, fenced in _paragraphs(lines):
        marks = [True] * len(paragraph) if fenced else code.mark(paragraph)
        is_first = True
        for line, is_code in zip(paragraph, marks, strict=True):
            if chunks and chunks[-1][0] == is_code and not is_first:
                chunks[-1][1].append(line)
            elif chunks and is_code and chunks[-1][0] and not fenced:
                chunks[-1][1].extend(["", line])
            else:
                chunks.append((is_code, [line]))
            is_first = False
    return chunks


def _paragraphs(lines):
    """(lines, whether they stood between ``` already)."""
    index, paragraph = 0, []
    while index < len(lines):
        end = _end_of_fence(lines, index)
        if end or not lines[index].strip():
            if paragraph:
                yield paragraph, False
            paragraph = []
            if end and end > index + 1:
                yield lines[index + 1 : end], True
            index = end or index
        else:
            paragraph.append(lines[index])
        index += 1
    if paragraph:
        yield paragraph, False


def _end_of_fence(lines, index):
    opening = FENCE.match(lines[index])
    if opening:
        for end in range(index + 1, len(lines)):
            if lines[end].strip() == opening[1]:
                return end
    return None


def _fenced(lines):
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [fence, *(line[indent:].rstrip() for line in lines), fence]


def _attachments(names):
    if not names:
        return ""
    names = ", ".join(prose.escape(name, at_start=False) for name in names)
    return "*" + _("Attached to the mail, not imported: %s") % names + "*"
