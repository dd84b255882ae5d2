"""What somebody searches for: words, phrases and filters, parsed from one line.

    redis "channel layer" -daphne kafka OR rabbitmq in:title @olive #help after:2026-01

All of it must hold. `OR` joins its neighbours, `-` before a word excludes, quotes keep an order,
`*` at the end of a word stands for any ending.
"""

import re
from dataclasses import dataclass, field, replace
from unicodedata import normalize

from . import tags
from .analyser import RUN, hashed, tokens, words
from .filters import FILTERS
from .models import LONGEST

MOST_CLAUSES = 16
SHORTEST_BEGINNING = 2  # letters before a *
PIECE = re.compile(
    r'(?P<no>(?:-(?=["“„«]|[^\W\d]))?)(?:["“„«](?P<phrase>[^"”“»]*)["”“»]?|(?P<word>[^\s"“„«»”]+))'
)


@dataclass(frozen=True)
class Match:
    """Satisfied by a text that has all `keys`, and the words of `sequence` one after the other."""

    keys: tuple[str, ...]
    sequence: tuple[str, ...] = ()

    def fits(self, document):
        is_in_order = not self.sequence or f" {' '.join(self.sequence)} " in document.text
        return is_in_order and document.keys.issuperset(map(hashed, self.keys))


@dataclass(frozen=True)
class Clause:
    """Satisfied by a text that satisfies one of the `matches`.

    is_exact: whether the order of words decides, beyond the keys.
    """

    matches: tuple[Match, ...]
    is_negative: bool = False
    is_exact: bool = False
    beginning: str = ""  # of words; those that begin so are added to `matches`
    text: str = ""  # as it was typed

    def fits(self, document):
        begins = bool(self.beginning) and f" {self.beginning}" in document.text
        return (begins or any(one.fits(document) for one in self.matches)) != self.is_negative

    @property
    def alternatives(self):
        """Sets of hashed keys, one of which a post must have."""
        return tuple(frozenset(map(hashed, match.keys)) for match in self.matches)


@dataclass(frozen=True)
class Query:
    typed: str = ""
    clauses: tuple[Clause, ...] = ()
    filters: tuple = ()  # of filters.Filter
    problems: tuple[str, ...] = ()  # what could not be understood, as sentences

    @property
    def is_empty(self):
        return not self.clauses and not self.filters

    def without(self, filters):
        """The line without these filters of it."""
        rest = self.typed
        for start, end in sorted((one.span for one in filters), reverse=True):
            rest = f"{rest[:start]} {rest[end:]}"
        return " ".join(rest.split())

    @property
    def in_title(self):
        return any(one.in_title for one in self.filters)

    @property
    def positive(self):
        return [clause for clause in self.clauses if not clause.is_negative]

    @property
    def marked(self):
        """The keys and sequences of words that are marked in results."""
        matches = [match for clause in self.positive for match in clause.matches]
        return {key for match in matches for key in match.keys}, {
            match.sequence for match in matches if match.sequence
        }

    @property
    def expression(self):
        """Clauses for an engine: (is_negative, sets of hashed keys, one of which is needed)."""
        found = []
        for clause in self.clauses:
            if clause.is_negative and clause.is_exact:
                continue  # not every post with these words has them in this order
            found.append((clause.is_negative, self._titled(clause).alternatives))
        found += [(False, one.alternatives) for one in self.filters if one.alternatives]
        return tuple(found)

    @property
    def is_exact(self):
        return any(clause.is_exact for clause in self.clauses)

    def fits(self, document):
        """Whether words and phrases fit. Filters are conditions for the database."""
        return all(self._titled(clause).fits(document) for clause in self.clauses)

    def fits_exactly(self, document):
        """The same for a document that an engine has found: only the order of words is open."""
        return all(self._titled(one).fits(document) for one in self.clauses if one.is_exact)

    def _titled(self, clause):
        return titled(clause) if self.in_title else clause


def titled(clause):
    """The clause, for words of titles."""
    matches = tuple(
        replace(match, keys=tuple(tags.TITLE + key for key in match.keys))
        for match in clause.matches
    )
    return replace(clause, matches=matches)


def parse(typed, user, is_typing=False):
    """The Query in `typed`. Names that `user` may not know are like names that don't exist.

    is_typing: its last word may go on: it stands for any ending, and is a name if there is one.
    """
    goes_on = is_typing and not typed[-1:].isspace()
    typed = normalize("NFC", " ".join(typed.replace("\0", " ").split())[:LONGEST])
    parser = Parser(user)
    for piece in PIECE.finditer(typed):
        parser.take(piece, is_begun=goes_on and piece.end() == len(typed))
    return Query(
        typed, tuple(parser.clauses[:MOST_CLAUSES]), tuple(parser.filters), tuple(parser.problems)
    )


@dataclass
class Parser:
    user: object
    clauses: list = field(default_factory=list)
    filters: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    is_alternative: bool = False  # after OR

    def take(self, piece, is_begun=False):
        is_negative, word, phrase = bool(piece["no"]), piece["word"], piece["phrase"]
        if word == "OR":
            self.is_alternative = bool(self.clauses)
            return
        if word and not is_negative and self._is_filter(piece, is_begun):
            return
        form = f"{word}*" if word and is_begun and not is_negative else word
        for clause in clauses_of(form, phrase, is_negative):
            self._add(replace(clause, text=word or phrase))

    def _add(self, clause):
        if self.is_alternative and not (clause.is_negative or self.clauses[-1].is_negative):
            last = self.clauses[-1]
            clause = replace(
                last,
                matches=last.matches + clause.matches,
                is_exact=last.is_exact or clause.is_exact,
                text=f"{last.text} OR {clause.text}",
            )
            self.clauses[-1] = clause
        else:
            self.clauses.append(clause)
        self.is_alternative = False

    def _is_filter(self, piece, is_begun):
        for pattern, make in FILTERS:
            if found := pattern.fullmatch(piece["word"]):
                made, problem = make(found, self.user)
                if made:
                    self.filters.append(replace(made, span=piece.span()))
                if problem and not is_begun:
                    self.problems.append(problem)
                return bool(made) or not is_begun
        return False


def clauses_of(word, phrase, is_negative):
    if phrase is not None:
        forms = tuple(one.form for one in words(phrase))
        found = keys_needed(phrase)
        return (
            [Clause((Match(found, forms),), is_negative, is_exact=len(forms) > 1)] if found else []
        )
    if len(word) > SHORTEST_BEGINNING and word[-1] == "*":
        *former, last = [*tokens(word)] or [None]
        if last and not RUN.match(last.words[0].form):
            beginning = Clause((exactly(last),), is_negative, beginning=last.words[-1].form)
            return [*(Clause(matches(one), is_negative) for one in former), beginning]
    return [Clause(matches(token), is_negative) for token in tokens(word)]


def keys_needed(text):
    """The keys that every text with these words has."""
    return tuple(dict.fromkeys(key for token in tokens(text) for key in exactly(token).keys))


def exactly(token):
    """The Match of a token as it is written, wherever it stands."""
    return Match(token.pairs or tuple(word.key for word in token.words))


def matches(token):
    """The Matches for a token: of a compound as a whole, or its parts side by side."""
    side_by_side = exactly(token)
    if len(token.words) > 1:
        sequence = tuple(word.form for word in token.words)
        side_by_side = replace(side_by_side, sequence=sequence)
    return (Match((token.whole,)), side_by_side) if token.whole else (side_by_side,)
