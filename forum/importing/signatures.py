"""Removes what follows the text of a mail: signatures, list footers, legal notices, adverts."""

import re
from collections import Counter

from forum.importing import notices

SIGNATURE_LINES = 15  # longer ones are text
MARK = re.compile(r"\s*-- ?$")
FENCE = re.compile(r"\s*(`{3,}|~{3,})")
RULER = re.compile(r"\s*(?:[_-]{10,}|(?:-=){5,}-?)\s*$")
RULER_OR_MARK = re.compile(rf"{RULER.pattern}|\s*--\s*$")
FOOTER_LINES = 6
FOOTER_LENGTH = 5000  # characters; footers and signatures are never longer
FOOTER = re.compile(
    r"\s*(?:[\w.+-]+ (?:mailing ?list|mailingliste)\s*(?:$|--|<|https?:|[\w.+-]+@)"
    r"|yahoo! groups links\s*$|groups\.io links:"
    r"|you received this (?:message|e-?mail) because you (?:are|have) subscribed)",
    re.I,
)
RULED_FOOTER = re.compile(
    r"\s*(?:[\w.+-]+ mailing list\b|to (?:un)?subscribe\b|mailing list info)", re.I
)
LISTS_PAGE = re.compile(
    r"\s*<?https?://\S{1,300}/(?:listinfo|postorius/lists)/[\w.@-]+/?>?\s*$", re.I
)
CONTACT = re.compile(r"https?://|@|subscribed to", re.I)

NOTICE_LINES = 24  # lines of a paragraph that are checked
ADVERT = re.compile(
    r"(?:sent from (?:my|mail|outlook|yahoo|proton|samsung)\b|get outlook for|sent with (?:proton"
    r"|airmail|mailspring)"
    r"|von meinem .{2,30} gesendet|gesendet von (?:mail|outlook)|envoyé de (?:mon|mail)"
    r"|enviado (?:desde|do meu)"
    r"|inviato da(?:l mio)?\b|verstuurd vanaf|发自我的|從我的).{0,80}$",
    re.I,
)


def without(lines, left_out=None):
    """`lines` without signatures, footers, notices and adverts; counts them in `left_out`."""
    left_out = Counter() if left_out is None else left_out
    for part in (_without_footers, _without_notices, _without_signatures, _without_adverts):
        lines = part(lines, left_out)
    return _without_rulers(lines)


def without_footers_and_notices(lines, left_out):
    """Like `without`, but keeps signatures: for mails that contain nothing else."""
    return _without_rulers(_without_notices(_without_footers(lines, left_out), left_out))


def has_text(text):
    """Whether there is text other than signatures, footers, notices and adverts."""
    if len(text) > FOOTER_LENGTH:
        return not text.isspace()
    return any(line.strip() for line in without(text.split("\n")))


def _without_footers(lines, left_out):
    kept, index = [], 0
    while index < len(lines):
        end = _end_of_footer(lines, index)
        if end > index:
            left_out["footer"] += 1
            while kept and _is_separator(kept[-1]):
                kept.pop()
        else:
            kept.append(lines[index])
            end = index + 1
        index = end
    return _without_lists_page(kept, left_out)


def _without_lists_page(lines, left_out):
    """The lines without a URL of the list's page, if that is the last line, below an empty one."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    before = [line.strip() for line in lines[max(end - 3, 0) : end - 1]]
    if (
        not end
        or not LISTS_PAGE.match(lines[end - 1])
        or any(before[-1:])
        or any(line[-1:] == ":" for line in before)
    ):
        return lines
    left_out["footer"] += 1
    return lines[: end - 1]


def _end_of_footer(lines, index):
    """The end of the footer that begins in this line, or `index` if none does."""
    is_ruled = index and RULED_FOOTER.match(lines[index]) and RULER_OR_MARK.match(lines[index - 1])
    if not (is_ruled or FOOTER.match(lines[index])):
        return index
    end = index + 1
    while end < min(len(lines), index + FOOTER_LINES) and (
        lines[end].strip() or _has_contact(lines[end + 1 : end + 2])
    ):
        end += 1
    return end if is_ruled or _has_contact(lines[index:end]) else index


def _has_contact(lines):
    return bool(CONTACT.search(" ".join(lines)))


def _without_notices(lines, left_out):
    """The lines without legal and gateway notices."""
    if not notices.may_be_in(lines):
        return lines
    kept, start = [], 0
    for index in range(len(lines) + 1):
        if index == len(lines) or not lines[index].strip():
            end = _start_of_notice(lines, start, index)
            left_out["notice"] += end < index
            kept += lines[start:end] + lines[index : index + 1]
            start = index + 1
    return kept


def _start_of_notice(lines, start, end):
    """The first line of a notice in a paragraph, or `end`."""
    for index in range(start, min(end, start + NOTICE_LINES)):
        if notices.is_notice(" ".join(lines[index : min(end, index + NOTICE_LINES)])):
            return index
    return end


def _without_signatures(lines, left_out):
    """The lines above the last `--`, unless what follows is too long for a signature.

    Other `--` lines are blanked.
    """
    marks = _marks(lines)
    if not marks:
        return lines
    below = sum(bool(line.strip()) for line in lines[marks[-1] + 1 :])
    if below <= SIGNATURE_LINES:
        left_out["signature"] += bool(below)
        lines = lines[: marks[-1]]
    marks = set(marks)
    return ["" if index in marks else line for index, line in enumerate(lines)]


def _marks(lines):
    """The indexes of `--` lines outside of fenced code; ignores an unclosed fence."""
    marks, fenced, fence = [], [], ""
    for index, line in enumerate(lines):
        if MARK.match(line):
            (fenced if fence else marks).append(index)
        elif match := FENCE.match(line):
            if not fence:
                fence, fenced = match[1], []
            elif match[1].startswith(fence):
                fence = ""
    return marks + fenced if fence else marks


def _without_adverts(lines, left_out):
    """The lines without adverts, which end a paragraph: “Sent from my garden” can begin one."""
    kept = [
        line
        for index, line in enumerate(lines)
        if not (ADVERT.match(line.strip()) and _ends_paragraph(lines, index))
    ]
    left_out["advert"] += len(lines) - len(kept)
    return kept


def _ends_paragraph(lines, index):
    return not any(line.strip() for line in lines[index + 1 : index + 2])


def _without_rulers(lines):
    """The lines without separators at the beginning and the end."""
    first, end = 0, len(lines)
    while end and _is_separator(lines[end - 1]):
        end -= 1
    while first < end and _is_separator(lines[first]):
        first += 1
    return lines[first:end]


def _is_separator(line):
    return not line.strip() or bool(RULER.match(line))
