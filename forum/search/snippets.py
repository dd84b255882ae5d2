"""Parts of posts that show why they were found."""

from bisect import bisect_left

from .analyser import words

LENGTH = 240  # characters
BEFORE = 60  # characters before the first word that was searched for
MOST_MARKS = 200


def marks(query, found):
    """The places of `found` (Words) that are marked: a list of (first, last word), in order."""
    keys, sequences = query.marked
    single = {n for n, word in enumerate(found) if word.key in keys}
    spans = []
    for sequence in sequences:
        for n, word in enumerate(found):
            if word.form == sequence[0] and is_at(found, n, sequence):
                spans.append((n, n + len(sequence) - 1))
    return sorted({*spans, *((n, n) for n in single)})


def is_at(found, n, sequence):
    part = found[n : n + len(sequence)]
    return len(part) == len(sequence) and all(
        word.form == form for word, form in zip(part, sequence, strict=True)
    )


def proximity(query, found):
    """From 0 to 1.5: how near to each other the words of a query stand in a text, and how early."""
    places = marks(query, found)[:MOST_MARKS]
    if not places:
        return 0.0
    wanted = {key for clause in query.positive for match in clause.matches for key in match.keys}
    shortest = window(found, places, min(len(wanted), len({found[n].key for n, _ in places})))
    return 1 / (1 + shortest / 8) + 0.3 / (1 + places[0][0] / 50) + 0.2 * min(len(places), 5) / 5


def window(found, places, different):
    """The number of words between the nearest places with this many different words."""
    counts, first, shortest = {}, 0, len(found)
    for n, _last in places:
        counts[found[n].key] = counts.get(found[n].key, 0) + 1
        while len(counts) >= different:
            start = places[first][0]
            shortest = min(shortest, n - start + 1 - different)
            key = found[start].key
            counts[key] -= 1
            if not counts[key]:
                del counts[key]
            first += 1
    return max(0, shortest)


def snippet(query, text):
    """The part of a text with most of the words, about LENGTH long: a list of (is_marked, text)."""
    text = " ".join(text.split())
    found = words(text)
    spans = spans_of(query, found)
    start = beginning(text, spans)
    end = ending(text, start)
    return [
        *([(False, "…")] if start else []),
        *pieces(text, spans, start, end),
        *([(False, "…")] if end < len(text) else []),
    ]


def marked(query, text, found):
    """A whole text as a list of (is_marked, text)."""
    return pieces(text, spans_of(query, found), 0, len(text))


def spans_of(query, found):
    return [(found[first].start, found[last].end) for first, last in marks(query, found)]


def pieces(text, spans, start, end):
    made, at = [], start
    for first, last in merged(spans):
        if first >= at and last <= end:
            made += [(False, text[at:first]), (True, text[first:last])]
            at = last
    made.append((False, text[at:end]))
    return [(is_marked, piece) for is_marked, piece in made if piece]


def ending(text, start):
    """Where a part ends that begins at `start`: at a blank, if there is one in its last half."""
    end = start + LENGTH
    if end >= len(text):
        return len(text)
    blank = text.rfind(" ", start + LENGTH // 2, end)
    return blank if blank > 0 else end


def beginning(text, spans):
    """Where the part with most of the spans begins, at a blank."""
    starts = [first for first, _last in spans]
    if not starts or starts[0] < LENGTH // 2:
        return 0
    best = max(
        starts, key=lambda start: bisect_left(starts, start + LENGTH - BEFORE) - starts.index(start)
    )
    blank = text.find(" ", max(0, best - BEFORE), best)
    return blank + 1 if blank >= 0 else max(0, best - BEFORE // 2)


def merged(spans):
    """Overlapping spans as one."""
    joined = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
