"""Validates short texts (names, titles, reasons): visible, and confined to their own line.

After Unicode TS 39 (section 5.4 on marks) and TS 51 (sequences of emoji).
"""

import re
from unicodedata import category, normalize

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum.text import letters

LONGEST = 2_000  # longer texts are not looked at: their field refuses them for their length
MOST_MARKS = 4
SHOWN_BEFORE = 20  # characters of the text that a message repeats

# Letters, marks and symbols that show nothing, and selectors, which only show as part of something.
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
    "|[\u2065\ufdd0-\ufdef\ufff0-\ufff8\ufffe\uffff]"
    "|[\U00016fe4\U0001d159]"  # a filler of Khitan, and a note without a head
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# Cf, and visible
SIGNS_OVER_NUMBERS = re.compile("[\u0600-\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd]")
PARTS_OF_EMOJI = re.compile("[\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]")

DIRECTION_MARKS = "\u200e\u200f\u061c"
CLOSED_BY = {
    "\u202a": "\u202c",
    "\u202b": "\u202c",
    "\u2066": "\u2069",
    "\u2067": "\u2069",
    "\u2068": "\u2069",
}
MONGOLIAN = re.compile("[\u1820-\u18aa][\u180b-\u180f]+")
IDEOGRAPH_VARIANT = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af][\ufe00-\ufe02\U000e0100-\U000e01ef]"
)


def validate_short_text(text):
    """Raises ValidationError for what cannot be seen or would be drawn over its neighbours; also
    for several lines.
    """
    _validate(text)


def validate_lines(text):
    """The same for a text that may have several lines."""
    _validate(text, lines=True)


def validate_label(text):
    """The same for a text that stands inside other sentences, such as a display name: without signs
    of direction.
    """
    _validate(text, bidi=False)


def one_line(text):
    """As it is kept: composed, on one line, without the selectors that phones put behind every
    heart.
    """
    if len(text) > LONGEST:
        return text
    text = " ".join(normalize("NFC", text).split())
    unseen = set(_unseen(text)) if BLANK.search(text) else ()
    return "".join(
        letter for n, letter in enumerate(text) if n not in unseen or letter not in "\ufe0e\ufe0f"
    )


def cleaned(text, **rules):
    """Without everything that the validators refuse; "" when nothing is left to see. For texts
    nobody can type anew.
    """
    text = text[:LONGEST]
    faulty = set(_faults(text, **rules))
    text = "".join(letter for n, letter in enumerate(text) if n not in faulty)
    return text if is_visible(text) else ""


def is_visible(text):
    """Whether there is anything to see."""
    return any(category(letter)[0] in "LNPSC" and not _is_unseen(letter) for letter in text)


def _validate(text, **rules):
    if len(text) > LONGEST or not text:
        return
    if not is_visible(text):
        raise ValidationError(_("None of this text is visible. Please write something."))
    first = min(_faults(text, **rules), default=None)
    if first is None:
        return
    if category(text[first])[0] == "M" and not BLANK.match(text[first]):
        message = _("Too many marks on one letter, after “%(before)s”. Please leave some out.")
    else:
        message = _("There is an invisible character after “%(before)s”. Please delete it.")
    before = cleaned(text[:first], **rules)[-SHOWN_BEFORE:].strip()
    if not before:
        message = _("The text begins with an invisible character. Please delete it.")
    raise ValidationError(message, params={"before": before})


def _faults(text, bidi=True, lines=False):
    """The positions of all characters that may not stand where they do."""
    if text.isascii() and text.isprintable():
        return
    for n in _unseen(text):
        is_direction = (
            text[n] in DIRECTION_MARKS or text[n] in CLOSED_BY or text[n] in CLOSED_BY.values()
        )
        if not (lines and text[n] in "\n\r\t") and not (bidi and is_direction):
            yield n
    if bidi:
        yield from _unbalanced(text)
    yield from _piled_marks(text)


def _unseen(text):
    """Positions of what does not show, and is no part of a letter or an emoji that does."""
    shown = _parts_of_letters(text)
    for n, letter in enumerate(text):
        if (
            _is_unseen(letter)
            and n not in shown
            and not (letter in letters.JOINERS and letters.joins(text, n))
        ):
            yield n


def _parts_of_letters(text):
    found = [
        match for pattern in (MONGOLIAN, IDEOGRAPH_VARIANT) for match in pattern.finditer(text)
    ]
    shown = {n for match in found for n in range(match.start(), match.end())}
    if PARTS_OF_EMOJI.search(text):
        from emoji import emoji_list  # ten megabytes, for those who need them

        shown |= {
            n for one in emoji_list(text) for n in range(one["match_start"], one["match_end"])
        }
    return shown


def _is_unseen(letter):
    if BLANK.match(letter):
        return True
    return category(letter) in UNSEEN and not SIGNS_OVER_NUMBERS.match(letter)


def _unbalanced(text):
    """Signs of direction that are not closed, or close nothing: they would turn round what stands
    behind the text.
    """
    opened = []
    for n, letter in enumerate(text):
        if letter in CLOSED_BY:
            opened.append(n)
        elif letter in CLOSED_BY.values():
            if opened and CLOSED_BY[text[opened[-1]]] == letter:
                opened.pop()
            else:
                yield n
    yield from opened


def _piled_marks(text):
    """More than four marks on a letter, or one twice in a row: they are drawn over the lines above
    and below.
    """
    pile = []
    for n, letter in enumerate(text):
        if _is_unseen(letter):
            continue
        for part in normalize("NFD", letter):
            if category(part) not in ("Mn", "Me"):
                pile = []
            elif len(pile) == MOST_MARKS or pile[-1:] == [part]:
                yield n
                break
            else:
                pile.append(part)
