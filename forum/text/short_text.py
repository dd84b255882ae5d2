"""Validates short texts (names, titles, reasons): visible, and confined to their own line.

After Unicode TS 39 (section 5.4 on marks) and TS 51 (sequences of emoji).
"""

import re
from unicodedata import category, normalize

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum.text import letters

MAX_CHECKED = 2_000  # characters; longer texts are refused by the length limit of their field
MAX_MARKS = 4  # per letter
SHOWN_BEFORE = 20  # characters of the text that an error message quotes

# Invisible letters, marks and symbols, and variation selectors, which only affect their neighbour.
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
    "|[\u2065\ufdd0-\ufdef\ufff0-\ufff8\ufffe\uffff]"
    "|[\U00016fe4\U0001d159]"  # Khitan filler, musical null notehead
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# In category Cf, but visible.
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
    """Raise ValidationError for invisible characters, piled-up marks and line breaks."""
    _validate(text)


def validate_lines(text):
    """Like `validate_short_text`, but allows line breaks and tabs."""
    _validate(text, lines=True)


def validate_label(text):
    """Like `validate_short_text`, but also refuses bidi controls.

    For text that is inserted into other sentences, such as a display name.
    """
    _validate(text, bidi=False)


def one_line(text):
    """The text as stored: NFC, on one line, without stray emoji selectors (phones add them)."""
    if len(text) > MAX_CHECKED:
        return text
    text = " ".join(normalize("NFC", text).split())
    unseen = set(_unseen(text)) if BLANK.search(text) else ()
    return "".join(
        letter for n, letter in enumerate(text) if n not in unseen or letter not in "\ufe0e\ufe0f"
    )


def cleaned(text, **rules):
    """The text without everything that the validators refuse; "" if nothing visible is left.

    For texts that nobody can correct, such as imported ones. `rules` are those of `_faults`.
    """
    text = text[:MAX_CHECKED]
    faulty = set(_faults(text, **rules))
    text = "".join(letter for n, letter in enumerate(text) if n not in faulty)
    return text if is_visible(text) else ""


def is_visible(text):
    """Whether any character is visible."""
    return any(category(letter)[0] in "LNPSC" and not _is_unseen(letter) for letter in text)


def _validate(text, **rules):
    if len(text) > MAX_CHECKED or not text:
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
    """The positions of all characters that are not allowed there.

    `bidi` allows balanced bidi controls, `lines` line breaks and tabs.
    """
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
    """The positions of invisible characters that are not part of a visible letter or emoji."""
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
        from emoji import emoji_list  # imported on first use: takes 10 MB

        shown |= {
            n for one in emoji_list(text) for n in range(one["match_start"], one["match_end"])
        }
    return shown


def _is_unseen(letter):
    if BLANK.match(letter):
        return True
    return category(letter) in UNSEEN and not SIGNS_OVER_NUMBERS.match(letter)


def _unbalanced(text):
    """The positions of unbalanced bidi controls, which would also affect the following text."""
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
    """The positions of marks beyond MAX_MARKS on a letter, or repeated: they overlap lines."""
    pile = []
    for n, letter in enumerate(text):
        if _is_unseen(letter):
            continue
        for part in normalize("NFD", letter):
            if category(part) not in ("Mn", "Me"):
                pile = []
            elif len(pile) == MAX_MARKS or pile[-1:] == [part]:
                yield n
                break
            else:
                pile.append(part)
