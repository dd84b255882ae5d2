"""Which of several forms of one text are kept: nothing is said twice, and nothing that is said gets
lost.
"""

import re
import string

from forum.importing import signatures

PIECE = 12  # letters; words that stand in two texts by chance are shorter
SAID = 0.7  # of its pieces; forms of one text differ in addresses, rulers and names of pictures
SHORT_WORDS = 40  # of a plain form that may only say that there is a better one
FAR_MORE = 4
ADDRESS = re.compile(r"(?:https?://|cid:|mailto:)\S+")
SIGNS = str.maketrans("", "", string.punctuation + string.whitespace + "\xa0“”„‘’«»–—…·•")


def add(kept, text, may_replace):
    """(the texts that are kept when `text` comes to those that are, how many are not). With
    `may_replace` it may be what a short text says that the mail program can't show."""
    if not text.strip():
        return kept, 0
    if kept and is_said(text, "\n".join(kept)):
        return kept, 1
    replaced = [
        not signatures.says_anything(form)
        or is_said(form, text)
        or (may_replace and _is_stand_in(form, text))
        for form in kept
    ]
    at = replaced.index(True) if any(replaced) else len(kept)
    rest = [form for form, is_replaced in zip(kept, replaced, strict=True) if not is_replaced]
    return [*rest[:at], text, *rest[at:]], sum(replaced)


def is_said(text, other):
    """Whether most of `text` stands in `other`, too, however it is laid out."""
    text, other = _letters(text), _letters(other)
    if text in other:
        return True
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return sum(piece in other for piece in pieces) >= SAID * len(pieces)


def _letters(text):
    text = ADDRESS.sub("", text) if ":" in text else text
    return text.lower().translate(SIGNS)


def _is_stand_in(form, text):
    """Whether these words may be “Your mail program can't show this message”."""
    words = len(form.split(None, SHORT_WORDS))
    return words < SHORT_WORDS and len(text.split()) > FAR_MORE * words + 20
