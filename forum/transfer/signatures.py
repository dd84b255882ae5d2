"""What stands under what people wrote, and nobody needs above the next post: signatures, list footers, phone
adverts."""

import re

SIGNATURE_LINES = 15  # what is longer is text, whatever stands before it
MARK = re.compile(r"\s*-- ?$")
RULER = re.compile(r"\s*[_-]{10,}\s*$")
FOOTER = re.compile(r"(?:[\w.-]+ mailing list\b|to unsubscribe\b|mailing list info)", re.I)
FOOTER_LINES = 6
ADVERT = re.compile(
    r"(?:sent from (?:my|mail|outlook|yahoo|proton|samsung)\b|get outlook for|sent with (?:proton"
    r"|airmail|mailspring)"
    r"|von meinem .{2,30} gesendet|gesendet von (?:mail|outlook)|envoyé de (?:mon|mail)"
    r"|enviado (?:desde|do meu)"
    r"|inviato da(?:l mio)?\b|verstuurd vanaf|发自我的|從我的).{0,80}$",
    re.I,
)


def without(lines):
    """`lines` of one person's words without the parts that say who sent them with what to which list."""
    return _without_rulers(_without_adverts(_without_signature(_without_footers(lines))))


def _without_footers(lines):
    kept, index = [], 0
    while index < len(lines):
        if RULER.match(lines[index]) and index + 1 < len(lines) and FOOTER.match(lines[index + 1]):
            end = index + 1
            while end < min(len(lines), index + FOOTER_LINES) and lines[end].strip():
                end += 1
            index = end
        else:
            kept.append(lines[index])
            index += 1
    return kept


def _without_signature(lines):
    for index in range(len(lines) - 1, -1, -1):
        if MARK.match(lines[index]):
            below = [line for line in lines[index + 1 :] if line.strip()]
            return lines[:index] if len(below) <= SIGNATURE_LINES else lines
    return lines


def _without_adverts(lines):
    return [line for line in lines if not ADVERT.match(line.strip())]


def _without_rulers(lines):
    """Lines that only part what follows from what is above have nothing to part at the end, or at the
    beginning."""
    first, end = 0, len(lines)
    while end and _parts_only(lines[end - 1]):
        end -= 1
    while first < end and _parts_only(lines[first]):
        first += 1
    return lines[first:end]


def _parts_only(line):
    return not line.strip() or bool(RULER.match(line))
