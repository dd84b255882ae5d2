"""Corrects words that no post has, and completes beginnings, from the words of public posts.

A word with one mistake has its first or its second half intact, so its neighbours are found by
either: in one index by the beginning of the word, in the other by its end. Two letters swapped in
the middle are swapped back.
"""

from itertools import islice

from forum.db import beginnings  # noqa: F401 - the lookup

from .analyser import words
from .models import KnownWord

SHORTEST, LONGEST = 4, 30  # letters of words that are corrected
LONG = 8  # letters, from which two mistakes are forgiven
FEWEST = 2  # posts that have a word, or it may be a mistake itself
MOST_CORRECTED = 4  # words of a query
MOST_TRIED = 3  # ways to correct a query
MOST_ASKED = 10  # words, to find so many that are found
NAMES = ("@", "#", ":")  # before a name, which is not corrected
MOST_READ = 2000  # words with the same half
MOST_ENDINGS = 20  # of a beginning


def corrections(form):
    """Words that somebody may have meant by `form`, a folded word; the likeliest first."""
    if not SHORTEST <= len(form) <= LONGEST or not form.isalpha():
        return []
    half = len(form) // 2
    lengths = {"length__range": (len(form) - 1, len(form) + 1), "posts__gte": FEWEST}
    known = KnownWord.objects.filter(**lengths).values_list("word", "posts")
    swapped = form[: half - 1] + form[half] + form[half - 1] + form[half + 1 :]
    near = {
        *known.filter(word=swapped),
        *known.filter(word__begins=form[:half])[:MOST_READ],
        *known.filter(ending__begins=form[half:][::-1])[:MOST_READ],
    }
    allowed = 2 if len(form) >= LONG else 1
    rated = []
    for word, posts in near:
        mistakes = distance(form, word, allowed)
        if 0 < mistakes <= allowed:
            rated.append((mistakes, -posts, word))
    return [word for _mistakes, _posts, word in sorted(rated)[:MOST_ASKED]]


def corrected_texts(text, is_found):
    """A query with corrected words, in the ways that are tried, the likeliest first.

    is_found(word): whether the reader may see a post with a word. Others are no corrections.
    """
    found = [word for word in words(text) if text[word.start - 1 : word.start] not in NAMES]
    forms = {word.form for word in found}
    known = set(
        KnownWord.objects.filter(word__in=forms, posts__gte=FEWEST).values_list("word", flat=True)
    )
    others = {
        form: list(islice(filter(is_found, corrections(form)), MOST_TRIED))
        for form in sorted(forms - known)[:MOST_CORRECTED]
    }
    for rank in range(MOST_TRIED):
        chosen = {form: near[min(rank, len(near) - 1)] for form, near in others.items() if near}
        if any(rank < len(near) for near in others.values()):
            yield substituted(text, found, chosen)


def substituted(text, found, chosen):
    pieces, at = [], 0
    for word in found:
        if word.form in chosen:
            pieces += [text[at : word.start], chosen[word.form]]
            at = word.end
    return "".join([*pieces, text[at:]])


def endings(beginning):
    """The most frequent words that begin like this."""
    known = KnownWord.objects.filter(word__begins=beginning).order_by("-posts", "word")
    return list(known.values_list("word", flat=True)[:MOST_ENDINGS])


def distance(one, other, most):
    """The number of letters to insert, delete, replace or swap; `most` + 1 if there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, another in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != another))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == another:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
