"""Parses the structure of a plain-text mail: the author's own text, quotes and their sources."""

import re
from dataclasses import dataclass, field

from forum.importing import odd_marks
from forum.importing.links import MAILTO

DEPTH = 5  # levels of nested quotes; deeper ones are shown at this level
MAX_DEPTH = 30  # levels that are parsed, to bound the nesting of hostile mails

PREFIX = re.compile(r"\s?(?:>\s?(?:\s{1,6}(?=>))?)+")
PYTHON_PROMPT = re.compile(
    r">>> (?:import \w+$|from [\w.]+ import |print\b|[\w.]+ = |[\w.]+\(.*\)$)"
)
URL_ONLY = re.compile(r"<?https?://\S+$")

OPENING = r"(?:(?:on|am|le|el|em|il|op|den|dne|dnia|в|w dniu|pe|la)\b|在|于)"
WROTE = (
    r"(?:wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|пишет|написал"
    r"|napsal|napisał|pisze|kirjoitti|írta|yazdı|έγραψε|写道|寫道|작성)"
)
ATTRIBUTION = re.compile(
    rf"^(?:{OPENING}(?=.*\d).{{5,250}}[:：]|.{{3,250}}{WROTE}\s?[:：]?|.{{3,250}}<\s?[^\s<>]+@[^\s<>]+\s?>\s?[:：])\s*$",
    re.I | re.S,
)
FULL_ATTRIBUTION = re.compile(
    rf"^{OPENING}(?=.*\d).{{5,250}}(?:{WROTE}|\b(?:schrieb|schreef|skrev)\s.{{1,80}})\s?[:：]\s*$",
    re.I | re.S,
)
BY_PROGRAM = re.compile(
    r"\d[:.h]\d\d|<\s?[^\s<>]+@[^\s<>]+\s?>|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ", re.I
)
INLINE = re.compile(
    r"\b(?:in-?line|inter(?:leaved|spersed)|below|unten|ci-dessous|abajo)\b|下面", re.I
)
ATTRIBUTION_START = re.compile(OPENING, re.I)
HEADER_WORDS = {
    "from": "from|von|de|da|van|från|fra|od|от|від|lähettäjä|feladó|kimden|από|de la|מאת"
    "|发件人|寄件者|寄件人|差出人|보낸 사람",
    "date": "sent|date|gesendet|datum|envoyé|enviado(?: el| em)?|fecha|data|inviato|verzonden"
    "|skickat|sendt"
    "|odesláno|wysłano|lähetetty|küldve|gönderilme|gönderildi|στάλθηκε|trimis|נשלח|отправлено|дата|надіслано"
    "|发送时间|發送時間|傳送時間|寄件日期|日期|送信日時|보낸 날짜|날짜",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|předmět"
    "|aihe|tárgy|konu|θέμα"
    "|subiect|נושא|тема|主题|主題|主旨|件名|제목",
    "other": "to|cc|an|à|para|a|aan|till|til|do|komu|vastaanottaja|címzett|kime|προς|către|אל"
    "|кому|копия"
    "|收件人|收件者|抄送|副本|宛先|받는 사람|reply-to|organization|importance|attachments",
}
HEADERS = {
    name: re.compile(rf"\*?(?:{words})\s?[:：]\*?\s*", re.I) for name, words in HEADER_WORDS.items()
}
ORIGINAL_WORDS = re.compile(
    r"-{2,}\s?((?:original|forwarded|begin forwarded) message|(?:ursprüngliche|weitergeleitete"
    r"|original)[ -]?nachricht"
    r"|message (?:d'origine|original|transféré)|mensaje (?:original|reenviado)"
    r"|mensagem (?:original|encaminhada)"
    r"|messaggio (?:originale|inoltrato)|(?:oorspronkelijk|doorgestuurd) bericht"
    r"|ursprungligt meddelande"
    r"|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna"
    r"|původní zpráva"
    r"|исходное сообщение|原始邮件|原始郵件|转发邮件|元のメッセージ|원본 메시지)\s?-{2,}$",
    re.I,
)
END = re.compile(r"-{2,}\s?(?:end|ende|fin|fine)\b.{3,40}-{2,}$", re.I)
HEADER_START = re.compile(rf"{HEADERS['from'].pattern}|{OPENING}|--", re.I)
ORIGINAL = re.compile(r"-{2,}\s?[\w ]{6,40}\s?-{2,}$|-{5,}$|_{5,}$")
DETOUR = re.compile(r"^.{2,80} on behalf of (?=\S)|\s+via [\w.-]+(?=\s+wrote\b|\s*$)", re.I)
ADDRESS = re.compile(r"\s*(?:<[^<>]*@[^<>]*>+|\[mailto:[^\]]*\])+")


@dataclass(slots=True)
class Words:
    """Lines of text that are not quoted."""

    lines: list[str]


@dataclass(slots=True)
class Quote:
    source: str
    """The attribution, as in “On Monday Ada wrote:”, or ""."""
    blocks: list = field(default_factory=list)
    is_folded: bool = False
    link: str = ""
    """A Markdown link to the quoted post, or ""."""


def parse(text):
    """The Words and Quotes of a mail, in order."""
    lines = [_measured(line.rstrip()) for line in odd_marks.replaced(text.split("\n"))]
    lines = _repaired(lines)
    return _blocks(lines, 0, _own_words(lines))


def _own_words(lines):
    """The indexes of lines preceded only by the author's own text (top-posting)."""
    first = next((index for index, (_depth, line) in enumerate(lines) if line), len(lines))
    end = next(
        (index for index, (depth, line) in enumerate(lines) if depth or INLINE.search(line)),
        len(lines),
    )
    return range(first + 1, end + 1)


def _measured(line):
    match = ">" in line and PREFIX.match(line)
    if not match or PYTHON_PROMPT.match(line) or line.startswith(" > ") and line.count(">") == 1:
        return 0, line
    return min(match[0].count(">"), MAX_DEPTH), line[match.end() :]


def _repaired(lines):
    """Undo damage by mail programs: `>From` at the start of a line, URLs that lost their `>`."""
    repaired = []
    for index, (depth, line) in enumerate(lines):
        before = lines[index - 1][0] if index else 0
        after = lines[index + 1][0] if index + 1 < len(lines) else 0
        if (
            depth == before + 1
            and after < depth
            and line.startswith("From ")
            and not line.endswith(":")
        ):
            depth -= 1
        elif depth < min(before, after) and URL_ONLY.match(line):
            depth = min(before, after)
        repaired.append((depth, line))
    return repaired


def _blocks(lines, depth, own_words=()):
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
                if header := _header(lines, end, depth, own_words):
                    break
                end += 1
            else:
                header = None
            blocks.append(Words([line for _depth, line in lines[index:end]]))
            if header:
                source, start = header
                blocks[-1] = Words(_without_ruler(blocks[-1].lines))
                end = _end(lines, start)
                rest = [(max(inner, depth) + 1, line) for inner, line in lines[start:end]]
                blocks.append(_quote(source, _blocks(rest, depth + 1)))
        index = end
    return [block for block in blocks if isinstance(block, Quote) or any(block.lines)]


def _quote(source, blocks):
    """A Quote; if it contains nothing but another Quote, that one."""
    if not source and len(blocks) == 1 and isinstance(blocks[0], Quote):
        return blocks[0]
    return Quote(source, blocks)


def _inner(depth, lines):
    """The depth of a quote's own text: one more, or several if a level is skipped."""
    return max(depth + 1, min(line[0] for line in lines))


def _take_source(blocks):
    """Remove and return the attribution (up to four lines) at the end of the text above a quote."""
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
    """The number of lines before `end` that form an attribution."""
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


def _end(lines, start):
    """The line after “-----End of original message-----”, or the end of the lines."""
    return next((at + 1 for at in range(start, len(lines)) if END.match(lines[at][1])), len(lines))


def _header(lines, index, depth, own_words):
    """(source, start of the text) if the following lines are quoted without `>`, else None."""
    if not HEADER_START.match(lines[index][1]):
        return None
    header = _original(lines, index, depth) or _forwarded(lines, index, depth)
    return header or (_unmarked(lines, index, depth) if depth or index in own_words else None)


def _original(lines, index, depth):
    """Like `_header`, for “-----Original Message-----” with or without headers."""
    title = ORIGINAL_WORDS.match(lines[index][1].strip())
    if not title or depth >= MAX_DEPTH:
        return None
    after = next((at for at in range(index + 1, len(lines)) if lines[at][1].strip()), len(lines))
    if after == len(lines) or lines[after][0] != depth:
        return None
    return _forwarded(lines, after, depth, is_announced=True) or (f"{title[1]}:", after)


def _forwarded(lines, index, depth, is_announced=False):
    """Like `_header`, for a block of headers as written by Outlook."""
    if depth >= MAX_DEPTH or not HEADERS["from"].match(lines[index][1]):
        return None
    found, kind, at = {}, None, index
    while at < min(len(lines), index + 14) and lines[at][0] == depth:
        line = lines[at][1].strip()
        if header := next((kind for kind, pattern in HEADERS.items() if pattern.match(line)), None):
            kind = header
            found.setdefault(kind, HEADERS[kind].sub("", line, count=1).strip("* "))
        elif not line and len(found) > 1:
            break
        elif line and kind in ("from", "date"):
            found[kind] += " " + line
        at += 1
    is_sure = len(found) > 2 and ("subject" in found or "@" in found["from"])
    if not is_sure and (not is_announced or len(found) < 2):
        return None
    source = _source([found["from"]]).strip("\"' *") or found["from"]
    return (f"{source}, {found['date']}:" if "date" in found else f"{source}:"), at


def _unmarked(lines, index, depth):
    """Like `_header`, for an attribution whose quote has lost its `>`, or never had one."""
    if not ATTRIBUTION_START.match(lines[index][1]):
        return None
    for end in range(index + 1, min(index + 4, len(lines))):
        if lines[end - 1][0] != depth:
            return None
        written = " ".join(line for _depth, line in lines[index:end])
        if FULL_ATTRIBUTION.match(written):
            after = next((line for line in lines[end:] if line[1].strip()), (depth + 1, ""))
            is_one = after[0] == depth and (depth or BY_PROGRAM.search(written))
            return (_source([written]), end) if is_one else None
    return None


def _without_ruler(lines):
    end = len(lines)
    while end and (not lines[end - 1].strip() or ORIGINAL.match(lines[end - 1].strip())):
        end -= 1
    return lines[:end]
