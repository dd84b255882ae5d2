"""Keeps texts of another direction apart from the sentence around them (Unicode UAX 9, 2.4.2)."""

from unicodedata import bidirectional

from django.utils.translation import get_language_bidi

ISOLATE, END = "\u2068", "\u2069"
RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLI"}


def isolated(text):
    """A name or title for a sentence: one in Hebrew must not turn round the English after it.

    The sentence must not have `dir="auto"`, for which browsers look into isolates, too.
    """
    if get_language_bidi() or any(bidirectional(letter) in RIGHT_TO_LEFT for letter in text):
        return f"{ISOLATE}{text}{END}"
    return text
