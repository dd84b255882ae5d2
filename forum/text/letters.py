"""Character classes for words in every script: `\\w` plus the marks that Python's `\\w` leaves out.

Vowel signs of Hindi or Thai are marks (Mn, Mc), and some words need a joiner between two letters.
"""

import re
import unicodedata

ZWNJ, ZWJ = "\u200c", "\u200d"
JOINERS = ZWNJ + ZWJ
MARK = ("Mn", "Mc")  # not Me, enclosing marks, such as the keycap around a digit
BLOCKS_WITH_MARKS = (
    (0x300, 0x3200),
    (0xA600, 0xAC00),
    (0xFB1E, 0xFB1F),
    (0xFE20, 0xFE30),
    (0x10000, 0x1F000),
)
CONTEXT = 16  # characters on either side that decide whether a joiner is valid


def _ranges(characters):
    """The inside of a character class for `re`, with consecutive characters as ranges."""
    runs = []
    for code in characters:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)


def _marks():
    for first, last in BLOCKS_WITH_MARKS:
        yield from (code for code in range(first, last) if unicodedata.category(chr(code)) in MARK)


MARKS = _ranges(_marks())
# The inside of a character class; includes digits and the underscore.
LETTERS = rf"\w{MARKS}{JOINERS}"


# The inside of a character class: scripts without spaces between words, or with attached particles
# (Korean).
WITHOUT_BLANKS = (
    "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)
RUNS_ON = re.compile(f"[{WITHOUT_BLANKS}]")
HANGUL = re.compile("[\uac00-\ud7a3]")  # has spaces between words


def is_letter(character):
    """Whether a character can be part of a word; digits can, the underscore can't."""
    return character.isalnum() or unicodedata.category(character) in MARK


def begins_word(text, position):
    """Whether a word may begin here: not after a letter, unless its script has no spaces."""
    before = text[position - 1 : position] if position else ""
    return not before or not is_letter(before) or RUNS_ON.match(before) is not None


def is_word_boundary(text, position):
    """Whether a text can be cut here: next to a space, or to a letter of a script without them."""
    before, after = text[position - 1 : position], text[position : position + 1]
    if not before.strip() or not after.strip():
        return True
    if unicodedata.category(after)[0] == "M" or before in JOINERS or after in JOINERS:
        return False
    return any(RUNS_ON.match(letter) and not HANGUL.match(letter) for letter in (before, after))


def cut(text, length):
    """At most `length` characters of a text, without separating a letter from its marks."""
    if len(text) > length:
        while length and (unicodedata.category(text[length])[0] == "M" or text[length] in JOINERS):
            length -= 1
        text = text[:length]
    return text.rstrip(JOINERS)


def joins(text, position):
    """Whether the joiner at `position` is valid there (RFC 5892, appendix A.1 and A.2)."""
    from idna.core import valid_contextj  # imported here: large tables, and joiners are rare

    start = max(0, position - CONTEXT)
    try:
        return valid_contextj(text[start : position + CONTEXT], position - start)
    except ValueError:  # the preceding character has no Unicode name
        return False
