"""Chooses among alternative versions of a text: nothing is duplicated, and nothing is lost."""

import re
import string

from forum.importing import signatures

PIECE = 12  # letters; shorter runs can be equal by chance
# Share of pieces that must match: versions differ in addresses, rulers and names of images.
MIN_SHARE = 0.7
# A plain version with fewer words may only say that there is a better version.
SHORT_WORDS = 40
FAR_MORE = 4  # how many times longer the better version must be
ADDRESS = re.compile(r"(?:https?://|cid:|mailto:)\S+")
SIGNS = str.maketrans("", "", string.punctuation + string.whitespace + "\xa0“”„‘’«»–—…·•")


def add(kept, text, may_replace):
    """Add `text` to the texts that are `kept`: (texts now kept, number of texts dropped).

    With `may_replace` it may replace a short text that only says that there is a better version.
    """
    if not text.strip():
        return kept, 0
    if kept and is_contained(text, "\n".join(kept)):
        return kept, 1
    replaced = [
        not signatures.has_text(form)
        or is_contained(form, text)
        or (may_replace and _is_placeholder(form, text))
        for form in kept
    ]
    at = replaced.index(True) if any(replaced) else len(kept)
    rest = [form for form, is_replaced in zip(kept, replaced, strict=True) if not is_replaced]
    return [*rest[:at], text, *rest[at:]], sum(replaced)


def is_contained(text, other):
    """Whether most of `text` is also in `other`, ignoring the layout."""
    text, other = _letters(text), _letters(other)
    if text in other:
        return True
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return sum(piece in other for piece in pieces) >= MIN_SHARE * len(pieces)


def _letters(text):
    text = ADDRESS.sub("", text) if ":" in text else text
    return text.lower().translate(SIGNS)


def _is_placeholder(form, text):
    """Whether `form` may be a notice like “Your mail program can't show this message”."""
    words = len(form.split(None, SHORT_WORDS))
    return words < SHORT_WORDS and len(text.split()) > FAR_MORE * words + 20
