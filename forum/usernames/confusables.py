"""Skeletons of names (Unicode TS 39), so that nobody can take a look-alike of another name."""

import hashlib
import re
from functools import cache
from typing import NamedTuple
from unicodedata import normalize

MAX_LENGTH = 120
SEPARATORS = re.compile(r"[\s_.\-]+")
IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
TWINS = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})


def skeleton(name):
    """Names with the same skeleton can be mistaken for each other (Unicode TS 39, section 4).

    Ignores case and invisible characters. At most MAX_LENGTH characters long.
    """
    text = IGNORABLE.sub("", name).translate(tables().composed)
    text = normalize("NFKC", text).casefold().replace("i\u0307", "i")
    text = normalize("NFKD", text).translate(tables().folded)
    text = SEPARATORS.sub("_", text).replace("rn", "m").replace("vv", "w")
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 33] + "~" + _digest(text)


def skeletons(name):
    """All skeletons to compare a new name by, because capitals can be confusable on their own."""
    as_written = normalize("NFKD", name).translate(tables().as_written)
    return {skeleton(name), skeleton(as_written)}


class Tables(NamedTuple):
    """Translation tables for str.translate."""

    as_written: dict
    folded: dict
    composed: dict
    """Letters that NFKC replaces by others they don't look like: \u017f, like f, becomes s."""


@cache
def tables():
    """The tables; built on first use, because that takes 0.1 s, which would delay every start."""
    groups = _groups()
    prototypes = {
        character: _prototype(character, groups) for character in groups if len(character) == 1
    }
    folded = (character.casefold() for character in prototypes)
    small = {letter for letter in folded if len(letter) == 1}
    like = {ord(letter): _lookalike(letter, prototypes).casefold() for letter in small}
    like = {letter: text.translate(like).translate(TWINS) for letter, text in like.items()}
    composed = {
        ord(letter): text for letter, text in prototypes.items() if _is_compatible_only(letter)
    }
    return Tables(str.maketrans(prototypes), {**TWINS, **like}, composed)


def _is_compatible_only(letter):
    return normalize("NFKC", letter) != normalize("NFC", letter)


def _digest(text):
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _groups():
    """{character: those it is confusable with}. The library lists every pair in both directions."""
    from confusable_homoglyphs.confusables import confusables_data

    groups = {}
    for character, others in confusables_data.items():
        found = {_unmarked(other["c"]) for other in others}
        groups.setdefault(_unmarked(character), set()).update(found)
    return groups


def _unmarked(text):
    return text.strip("\u200e")  # the data has these marks around right-to-left letters


def _prototype(character, groups):
    """Its group's representative: the one confusable with all; of a pair, the longer or first."""
    others = groups.get(character, ())
    if len(others) != 1:
        return character
    (other,) = others
    return (
        other
        if len(groups[other]) > 1
        else min(character, other, key=lambda text: (-len(text), text))
    )


def _lookalike(character, prototypes):
    """The letter that a small letter or its capital looks like; ASCII if there is one."""
    small = prototypes.get(character, character)
    capital = prototypes.get(character.upper(), character.upper())
    return capital if capital.isascii() and capital.isalnum() and not small.isascii() else small
