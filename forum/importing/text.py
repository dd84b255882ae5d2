"""Converts the text of a mail to the Markdown of a post."""

import re
from collections import Counter

from django.utils.translation import gettext as _

from forum.importing import code, folding, links, prose, quoting, signatures
from forum.importing.quoting import Words
from forum.markdown import MAX_LENGTH

FENCE = re.compile(r"\s*(`{3,}|~{3,})[\w+-]*\s*$")
LINE_ENDS = "\u2028\u2029\x85\x0b\x0c"
ROOM_FOR_NOTES = 200  # characters
SHORTEST_CUT = 1000  # characters; with more room, the next line is cut instead of dropped
FOLDED = "[!quote]-"


def to_markdown(text, attachments=(), link="", left_out=None):
    """Markdown of at most MAX_LENGTH characters, with a note if the end had to be dropped.

    `link` is a Markdown link to the post it replies to. Counts what is dropped in `left_out`.
    """
    left_out = Counter() if left_out is None else left_out
    blocks = _own_words(_parsed(text), left_out)
    folding.fold(blocks, link)
    note = _attachments(attachments)
    lines = _fitting(_lines(blocks), MAX_LENGTH - len(note) - 2, left_out)
    return "\n\n".join(filter(None, ["\n".join(lines), note])) or f"*{_('(no text)')}*"


def own_blocks(text):
    """The Words and Quotes of a mail without signatures, footers and notices; may be empty."""
    blocks = [_without_signatures(block, Counter()) for block in _parsed(text)]
    return [block for block in blocks if block is not None]


def markdown_of(blocks):
    """The Markdown of such blocks, of any length."""
    folding.fold(blocks)
    return "\n".join(_lines(blocks)).strip("\n")


def plain(blocks):
    """The lines of such blocks as plain text."""
    lines = []
    for block in blocks:
        if isinstance(block, Words):
            lines += block.lines
        else:
            lines += filter(None, [block.source])
            lines += [f"> {line}" for line in plain(block.blocks)]
    return lines


def _parsed(text):
    return quoting.parse(_with_plain_spaces(text).expandtabs(8).strip("\n"))


def _own_words(parsed, left_out):
    """The blocks without signatures, footers and notices; signatures stay if nothing else does."""
    dropped = Counter()
    blocks = [_without_signatures(block, dropped) for block in parsed]
    blocks = [block for block in blocks if block is not None]
    if not blocks:
        dropped = Counter()
        blocks = [_without_marks(block, dropped) for block in parsed]
    left_out.update(dropped)
    return blocks


def _without_marks(block, left_out):
    if not isinstance(block, Words):
        return block
    lines = [line for line in block.lines if not signatures.MARK.match(line)]
    return Words(signatures.without_footers_and_notices(lines, left_out))


def verbatim(text):
    """The text as one code block, for texts that are too complex to render."""
    text = text[: MAX_LENGTH - 100].replace("\x00", "")
    return "\n".join(_fenced(text.split("\n")))[:MAX_LENGTH]


def _with_plain_spaces(text):
    for line_end in LINE_ENDS:
        text = text.replace(line_end, "\n")
    return text.replace("\xa0", " ")


def _without_signatures(block, left_out):
    if isinstance(block, Words):
        lines = signatures.without(block.lines, left_out)
        return Words(lines) if any(line.strip() for line in lines) else None
    block.blocks = [
        inner for inner in (_without_signatures(inner, left_out) for inner in block.blocks) if inner
    ]
    return block if block.blocks else None


def _fitting(lines, room, left_out):
    """As many lines as fit into a post, with a note on the rest (in long mails, old quotes)."""
    length = sum(map(len, lines)) + len(lines)
    if length <= room:
        return lines
    left_out["end"] += 1
    kept, free = [], room - ROOM_FOR_NOTES
    for line in lines:
        if len(line) >= free:
            if free > SHORTEST_CUT:
                beginning = line[: free - 1]
                kept.append((beginning.rpartition(" ")[0] or beginning).rstrip("\\"))
            break
        kept.append(line)
        free -= len(line) + 1
    note = _("[The remaining %d characters were too long for a post.]") % (
        length - sum(map(len, kept)) - len(kept)
    )
    return [*kept, *_open_fence(kept), "", f"*{prose.escape(note)}*"]


def _open_fence(lines):
    fence = []
    for line in lines:
        if line.startswith("```") and not line.strip("`"):
            fence = [] if fence == [line] else fence or [line]
    return fence


def _lines(blocks, depth=0):
    lines = []
    for block in blocks:
        if isinstance(block, Words):
            inner = _words([links.tidy(line) for line in block.lines])
        else:
            inner = _quoted(block, depth)
        lines += [*inner, ""]
    return lines[:-1]


def _quoted(quote, depth):
    is_marked = depth < quoting.DEPTH
    source = prose.escape(links.tidy(quote.source)) if quote.source else ""
    heading = " ".join(
        filter(None, [FOLDED if quote.is_folded and is_marked else "", source, quote.link])
    )
    lines = [heading, ""] if heading else []
    lines += _lines(quote.blocks, depth + 1)
    return [f"> {line}".rstrip() for line in lines] if is_marked else lines


def _words(lines):
    """Markdown for unquoted text: paragraphs and code blocks."""
    written = []
    for is_code, chunk in _chunks(lines):
        written += [*(_fenced(chunk) if is_code else prose.to_markdown(chunk)), ""]
    return written[:-1]


def _chunks(lines):
    """(is code, lines) in order; code separated only by an empty line is one chunk."""
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
    """(lines of a paragraph, whether it was fenced code)."""
    index, paragraph = 0, []
    while index < len(lines):
        end = _end_of_fence(lines, index)
        if end or not lines[index].strip():
            if paragraph:
                yield paragraph, False
            paragraph = []
            if end:
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
                return end if end > index + 1 else None
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
