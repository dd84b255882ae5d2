"""The analyser: splits a text into the words that are searched for, for posts and queries alike.

Words are found by keys: the stem of a word; in scripts without blanks each character and each pair
of neighbours; and the parts of a compound such as `node.js` or `getUserById` joined. Posts are
stored as sets of keys; in which order they stand is verified in the text.
"""

import re
import threading
import zlib
from functools import lru_cache, wraps
from typing import NamedTuple
from unicodedata import normalize

import Stemmer
from django.conf import settings

from forum.text.letters import LETTERS, WITHOUT_BLANKS

LONGEST_TOKEN = 64  # characters; what is longer is cut, except in scripts without blanks
MOST_PARTS = 6  # of a compound that is divided at capitals and digits
KEPT_TOKENS = 65_536
KEPT_WORDS = 131_072
_own = threading.local()

# A run of letters and digits, with single connectors between them.
SIGNED = r"[A-Za-z]\+\+|[A-Za-z]#(?!\w)"  # C++ and C#
ASCII_TOKEN = re.compile(rf"{SIGNED}|\w+(?:[.'&+\-]\w+)*", re.ASCII)
BLANKLESS = f"[{WITHOUT_BLANKS}]"
LETTER = rf"(?:(?!{BLANKLESS})[{LETTERS}])"
TOKEN = re.compile(rf"{SIGNED}|{BLANKLESS}+|{LETTER}+(?:[.'’&+\-\u2010\u2011\u00ad]{LETTER}+)*")
PIECES = re.compile(rf"(?:(?!_){LETTER})+(?:['’\u00ad](?:(?!_){LETTER})+)*")
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")  # of a piece in ASCII
RUN = re.compile(BLANKLESS)
INNER = str.maketrans("", "", "'’\u00ad")
POSSESSIVE = re.compile(r"['’]s\Z", re.IGNORECASE)
# Accents and vowel points, without which words are compared. In other scripts marks are letters.
POINTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]"
)
ALIKE = str.maketrans(
    {
        **dict(zip("øđłıħŧ", "odliht", strict=True)),
        **{"æ": "ae", "œ": "oe", "þ": "th", "ð": "d"},
        **dict(zip("ىةکٱ", "يهكا", strict=True)),  # Arabic letters that are typed for each other
        **dict(zip("ךםןףץ", "כמנפצ", strict=True)),  # Hebrew letters at the end of a word
    }
)
# In Arabic and Hebrew it is a part of the word.
ARTICLE = re.compile(r"\A(?:[وفبك]?ال(?=\w{3})|ה(?=\w{3}))")


class Word(NamedTuple):
    """A word, or a character of a script without blanks, with its place in the text.

    form: as it is compared in phrases.
    """

    form: str
    key: str
    start: int
    end: int


class Token(NamedTuple):
    """Words that were written together.

    pairs: keys of the neighbours, in a script without blanks. whole: the key of a compound, or "".
    """

    words: tuple[Word, ...]
    pairs: tuple[str, ...] = ()
    whole: str = ""


def words(text):
    """The Words of a text, in order. `text` is in Unicode's form NFC."""
    return [
        Word(form, key, match.start() + start, match.start() + end)
        for match in _pattern(text).finditer(text)
        for form, key, start, end in analysed(match[0]).words
    ]


def placeless_words(text):
    """The same in a fraction of the time; their places are those in their tokens."""
    return [word for token in _pattern(text).findall(text) for word in analysed(token).words]


def tokens(text):
    return map(analysed, _pattern(text).findall(text))


def keys(text):
    """The set of keys of a text in form NFC."""
    return set().union(*map(keys_of, set(_pattern(text).findall(text))))


def _pattern(text):
    return ASCII_TOKEN if text.isascii() else TOKEN


def kept(function):
    """Remembers what `function` returned, but for long tokens, which nobody writes twice."""
    remembered = lru_cache(KEPT_TOKENS)(function)

    @wraps(function)
    def call(token):
        return remembered(token) if len(token) <= LONGEST_TOKEN else function(token)

    call.cache_clear = remembered.cache_clear  # type: ignore[attr-defined]  # as lru_cache has it
    return call


@kept
def keys_of(token):
    """The keys of a match of TOKEN."""
    found, pairs, whole = analysed(token)
    return frozenset([*(word.key for word in found), *pairs, *([whole] if whole else [])])


@kept
def analysed(token):
    """The Token for a match of TOKEN."""
    if RUN.match(token):
        letters = tuple(_letters(token))
        forms = [letter.form for letter in letters]
        return Token(letters, tuple(map(str.__add__, forms, forms[1:])))
    token = token[:LONGEST_TOKEN]
    if token[-1] in "+#":
        name = token.lower()
        return Token((Word(name, name, 0, len(token)),))
    found = tuple(_divided(token))
    if len(found) > MOST_PARTS:
        found = tuple(_word(match[0], match.start()) for match in PIECES.finditer(token))
    return Token(found, whole=_whole(token, found))


def _letters(run):
    letters = folded(run)
    if len(letters) != len(run):  # half-width letters with marks of their own
        return [Word(letter, letter, 0, len(run)) for letter in letters]
    return [Word(letter, letter, place, place + 1) for place, letter in enumerate(letters)]


def _divided(token):
    """The Words of a token, divided at capitals and digits as well, as identifiers are."""
    for piece in PIECES.finditer(token):
        if piece[0].isascii() and "'" not in piece[0]:
            for part in PARTS.finditer(piece[0]):
                yield _word(part[0], piece.start() + part.start())
        else:
            yield _word(piece[0], piece.start())


def _word(text, place):
    form = folded(POSSESSIVE.sub("", text).translate(INNER))
    return Word(form, stem(form), place, place + len(text))


def _whole(token, found):
    if not 1 < len(found) <= MOST_PARTS:
        return ""
    joined = "".join(word.form for word in found)
    return folded(token) if joined.isdigit() else stem(joined)  # 1.53 is not 153


def folded(text):
    """A word as it is compared: without case, accents and differences of typing."""
    if text.isascii():
        return text.lower()
    bare = POINTS.sub("", normalize("NFKD", text.casefold()))
    return normalize("NFKC", bare).translate(ALIKE)


@lru_cache(KEPT_WORDS)
def stem(form):
    """The stem of a folded word, in the language of SEARCH_LANGUAGE; without an article."""
    if not form.isascii():
        form = ARTICLE.sub("", form)
    stemmer = _stemmer()
    return stemmer.stemWord(form) if stemmer else form


def _stemmer():
    """Of this thread: a stemmer that two threads share mixes up their words."""
    language = settings.SEARCH_LANGUAGE
    if getattr(_own, "language", None) != language:
        _own.stemmer = Stemmer.Stemmer(language, 0) if language else None
        _own.language = language
    return _own.stemmer


@lru_cache(KEPT_WORDS)
def hashed(key):
    """A key as it is stored: an integer of 31 bits."""
    return zlib.crc32(key.encode()) >> 1


def canonical(found):
    """Words as one text, in which phrases are found: `f" {one} {other} "`."""
    return f" {' '.join(word.form for word in found)} "
