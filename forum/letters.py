"""Which characters make up words, in every script: what `\\w` means, and the marks that Python's `\\w` leaves out.

Vowel signs of Hindi or Thai are marks (Mn, Mc), and some words need a joiner between two letters.
"""

import unicodedata

ZWNJ, ZWJ = "\u200c", "\u200d"
JOINERS = ZWNJ + ZWJ
BLOCKS_WITH_MARKS = ((0x300, 0x3200), (0xA600, 0xAC00), (0xFB1E, 0xFB1F), (0xFE20, 0xFE30), (0x10000, 0x1F000))
NEIGHBOURS = 16  # how far a joiner looks for the letters that it joins


def _ranges(characters):
    """For a character class of `re`: runs of neighbours as ranges."""
    runs = []
    for code in characters:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)


def _marks():
    for first, last in BLOCKS_WITH_MARKS:
        yield from (code for code in range(first, last) if unicodedata.category(chr(code))[0] == "M")


MARKS = _ranges(_marks())
LETTERS = rf"\w{MARKS}{JOINERS}"  # inside the brackets of a character class; digits and the underscore belong to it


def is_letter(character):
    """Whether a character belongs to a word; digits do, the underscore does not."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def joins(text, position):
    """Whether the joiner at `position` stands where its script needs one (RFC 5892, appendix A.1 and A.2)."""
    from idna.core import valid_contextj  # its tables are large, and joiners are rare

    start = max(0, position - NEIGHBOURS)
    try:
        return valid_contextj(text[start : position + NEIGHBOURS], position - start)
    except ValueError:  # the letter before has no name
        return False
