"""The structure of a plain mail: what its author wrote, what is quoted, and who is said to have written
that."""

import re
from dataclasses import dataclass, field

from .links import MAILTO

DEPTH = 5  # quotes inside of quotes; what stands deeper is shown at this depth
DEEPEST = 30  # as far as anybody looks, so that a hostile mail can't nest without end

PREFIX = re.compile(r"\s?(?:>\s?)+")
PYTHON_PROMPT = re.compile(r">>> (?:import \w+$|from [\w.]+ import |print\b|[\w.]+ = |[\w.]+\(.*\)$)")
URL_ONLY = re.compile(r"<?https?://\S+$")

OPENING = r"(?:(?:on|am|le|el|em|il|op|den|dne|в|w dniu)\b|在|于)"
WROTE = (
    r"(?:wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|пишет|написал"
    r"|写道|寫道|작성)"
)
ATTRIBUTION = re.compile(
    rf"^(?:{OPENING}(?=.*\d).{{5,250}}[:：]|.{{3,250}}{WROTE}\s?[:：]?|.{{3,250}}<\s?[^\s<>]+@[^\s<>]+\s?>\s?[:：])\s*$",
    re.I | re.S,
)
FULL_ATTRIBUTION = re.compile(rf"^{OPENING}(?=.*\d).{{5,250}}{WROTE}\s?[:：]\s*$", re.I | re.S)
ATTRIBUTION_START = re.compile(OPENING, re.I)
HEADER_WORDS = {
    "from": "from|von|de|da|van|från|fra|od|от|发件人|寄件者|寄件人|差出人|보낸 사람",
    "date": "sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|data|inviato|verzonden|skickat|sendt"
    "|отправлено|дата"
    "|发送时间|發送時間|日期|送信日時|보낸 날짜|날짜",
    "other": "to|cc|subject|an|betreff|à|objet|para|asunto|assunto|oggetto|a|aan|onderwerp|till|ämne"
    "|til|emne|do|temat|кому"
    "|тема|копия|收件人|抄送|主题|主旨|宛先|件名|받는 사람|제목|reply-to|organization|importance|attachments",
}
HEADERS = {name: re.compile(rf"\*?(?:{words})\s?[:：]\*?(?:\s|$)", re.I) for name, words in HEADER_WORDS.items()}
HEADER_START = re.compile(rf"{HEADERS['from'].pattern}|{OPENING}", re.I)
ORIGINAL = re.compile(r"-{2,}\s?[\w ]{6,40}\s?-{2,}$|-{5,}$|_{5,}$")
DETOUR = re.compile(r"^.{2,80} on behalf of (?=\S)|\s+via [\w.-]+(?=\s+wrote\b|\s*$)", re.I)
ADDRESS = re.compile(r"\s*(?:<[^<>]*@[^<>]*>+|\[mailto:[^\]]*\])+")


@dataclass(slots=True)
class Words:
    """Lines that somebody wrote."""

    lines: list[str]


@dataclass(slots=True)
class Quote:
    source: str
    """“On Monday Ada wrote:”, or empty."""
    blocks: list = field(default_factory=list)
    is_folded: bool = False
    link: str = ""
    """Markdown that leads to the quoted post."""


def parse(text):
    """Words and Quotes of a mail, in order."""
    lines = [_measured(line.rstrip()) for line in text.split("\n")]
    return _blocks(_mended(lines), 0)


def _measured(line):
    match = ">" in line and PREFIX.match(line)
    if not match or PYTHON_PROMPT.match(line) or line.startswith(" > ") and line.count(">") == 1:
        return 0, line
    return min(match[0].count(">"), DEEPEST), line[match.end() :]


def _mended(lines):
    """Undoes what mail programs did: `>From` at the start of a line, and long addresses that lost their
    `>`."""
    mended = []
    for index, (depth, line) in enumerate(lines):
        before = lines[index - 1][0] if index else 0
        after = lines[index + 1][0] if index + 1 < len(lines) else 0
        if depth == before + 1 and after < depth and line.startswith("From ") and not line.endswith(":"):
            depth -= 1
        elif depth < min(before, after) and URL_ONLY.match(line):
            depth = min(before, after)
        mended.append((depth, line))
    return mended


def _blocks(lines, depth):
    """`lines` are (depth, text), none shallower than `depth`."""
    blocks, index = [], 0
    while index < len(lines):
        end = index
        if lines[index][0] > depth:
            while end < len(lines) and lines[end][0] > depth:
                end += 1
            inner = _blocks(lines[index:end], _inner(depth, lines[index:end]))
            blocks.append(_quote(_take_source(blocks), inner))
        else:
            while end < len(lines) and lines[end][0] == depth:
                if header := _header(lines, end, depth):
                    break
                end += 1
            else:
                header = None
            blocks.append(Words([line for _depth, line in lines[index:end]]))
            if header:
                source, start = header
                blocks[-1] = Words(_without_ruler(blocks[-1].lines))
                rest = [(max(inner, depth) + 1, line) for inner, line in lines[start:]]
                blocks.append(_quote(source, _blocks(rest, depth + 1)))
                end = len(lines)
        index = end
    return [block for block in blocks if isinstance(block, Quote) or any(block.lines)]


def _quote(source, blocks):
    """A Quote; one that only holds another is that other."""
    if not source and len(blocks) == 1 and isinstance(blocks[0], Quote):
        return blocks[0]
    return Quote(source, blocks)


def _inner(depth, lines):
    """The depth of a quote's own words: one more, or a jump that nothing stands between."""
    return max(depth + 1, min(line[0] for line in lines))


def _take_source(blocks):
    """Takes “On Monday, Ada wrote:”, of up to four lines, off the end of the words before a quote."""
    if not blocks or isinstance(blocks[-1], Quote):
        return ""
    lines = blocks[-1].lines
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    count = _source_length(lines, end)
    blocks[-1] = Words(lines[: end - count])
    return _source(lines[end - count : end])


def _source(lines):
    return DETOUR.sub("", ADDRESS.sub("", MAILTO.sub("", " ".join(line.strip() for line in lines))))


def _source_length(lines, end):
    """How many lines before `end` say who wrote what follows."""
    shortest = 0
    for count in range(1, min(end, 4) + 1):
        first = lines[end - count].strip()
        if not first:
            break
        if ATTRIBUTION.match(" ".join(line.strip() for line in lines[end - count : end])):
            if ATTRIBUTION_START.match(first):
                return count
            shortest = shortest or count
    return shortest


def _header(lines, index, depth):
    """(source, where the text begins) if what follows is quoted without any `>`, else None."""
    if not HEADER_START.match(lines[index][1]):
        return None
    return _forwarded(lines, index, depth) or _unmarked(lines, index, depth)


def _forwarded(lines, index, depth):
    """The same for a block of headers such as Outlook's."""
    if depth >= DEEPEST or not HEADERS["from"].match(lines[index][1]):
        return None
    found, kind, at = {}, None, index
    while at < min(len(lines), index + 14) and lines[at][0] == depth:
        line = lines[at][1].strip()
        if header := next((kind for kind, pattern in HEADERS.items() if pattern.match(line)), None):
            kind = header
            found.setdefault(kind, HEADERS[kind].sub("", line, count=1).strip())
        elif not line and len(found) > 1:
            break
        elif line and kind != "other":
            found[kind] += " " + line
        at += 1
    if len(found) < 2 or "other" not in found:
        return None
    source = _source([found["from"]]).strip("\"' *") or found["from"]
    return (f"{source}, {found['date']}:" if "date" in found else f"{source}:"), at


def _unmarked(lines, index, depth):
    """The same for “On Monday, Ada wrote:” in a quote whose own quotes have lost their `>`."""
    if not depth or not ATTRIBUTION_START.match(lines[index][1]):
        return None
    for end in range(index + 1, min(index + 4, len(lines))):
        if lines[end - 1][0] != depth:
            return None
        written = [line for _depth, line in lines[index:end]]
        if FULL_ATTRIBUTION.match(" ".join(written)):
            after = next((line for line in lines[end:] if line[1].strip()), (depth + 1, ""))
            return (_source(written), end) if after[0] == depth else None
    return None


def _without_ruler(lines):
    end = len(lines)
    while end and (not lines[end - 1].strip() or ORIGINAL.match(lines[end - 1].strip())):
        end -= 1
    return lines[:end]
