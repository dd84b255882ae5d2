"""The history of a post: its versions, and the differences between them."""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from diff_match_patch import diff_match_patch

from forum.cache.lru import LRUCache
from forum.models import User
from forum.pages.marked_changes import inline, sides
from forum.text.letters import JOINERS, LETTERS, MARKS, WITHOUT_BLANKS

WORD = re.compile(  # a single letter, in scripts without spaces between words
    rf"[{WITHOUT_BLANKS}][{MARKS}{JOINERS}]*\s*|(?:(?![{WITHOUT_BLANKS}])[{LETTERS}])+\s*|\s+|[^{LETTERS}\s]\s*|."
)
SIZE = 20  # versions per page
MAX_PIECES = 1000  # per comparison; beyond that the whole text shows as replaced
SECONDS = 0.2  # time limit for all comparisons of a page; later ones show as replaced
VIEWS = {"inline": inline, "sides": sides}
_cache = LRUCache(8 * 2**20)


@dataclass
class Version:
    number: int
    editor: User
    written_at: datetime
    reason: str
    html: str  # its text, with the changes marked
    has_sides: bool  # whether `html` has both texts
    is_current: bool


def history(post, before=None, view="inline"):
    """One page of a post's versions, newest first, starting below the version `before` if given.

    Versions are counted from 1, whatever was replaced within the grace period. `view` is a key of
    VIEWS.

    Returns (versions, the `before` of the next page or "").
    """
    offset = post.first_version - 1
    former = post.revisions.select_related("editor").order_by("-version")
    rows = list((former.filter(version__lt=before + offset) if before else former)[: SIZE + 1])
    texts = [(r.version - offset, r.editor, r.written_at, r.reason, r.body) for r in rows]
    if not before:
        editor, written_at = post.edited_by or post.author, post.edited_at or post.created_at
        texts.insert(0, (post.version - offset, editor, written_at, post.edit_reason, post.body))
    deadline = time.monotonic() + SECONDS
    versions = []
    for i, (number, editor, written_at, reason, body) in enumerate(texts[:SIZE]):
        older = texts[i + 1][-1] if i + 1 < len(texts) else None
        html = marked((post.pk, post.topic.epoch, number), older, body, deadline, view)
        has_sides = view == "sides" and older is not None
        is_current = number + offset == post.version
        versions.append(Version(number, editor, written_at, reason, html, has_sides, is_current))
    return versions, versions[-1].number if len(texts) > SIZE else ""


def difference(before, after):
    """Two texts as one, with the changes marked."""
    return inline(compare(before, after, SECONDS))


def marked(key, before, after, deadline, view):
    """A version as HTML, with its changes marked; cached, because versions never change.

    Once the time is used up, the rest shows as replaced, and is compared on a later request.
    """
    show = VIEWS[view]
    if before is None:
        return inline([("same", after)])
    left = deadline - time.monotonic()
    if left < SECONDS / 4 and _cache.get((view, *key)) is None:
        return show([("removed", before), ("added", after)])
    return _cache.get_or_set((view, *key), lambda: show(compare(before, after, left)))


class Differ(diff_match_patch):
    def diff_halfMatch(self, text1, text2):
        """Disabled: this shortcut takes seconds on repetitive text and ignores the time limit."""


def compare(before, after, seconds):
    """A word diff, in about `seconds`: a list of ("same" | "added" | "removed", text)."""
    words = {}
    letters = [encoded(text, words) for text in (before, after)]
    differ = Differ()
    differ.Diff_Timeout = max(seconds, 0.001)  # 0 would mean no limit
    diffs = differ.diff_main(*letters)
    if len(diffs) > MAX_PIECES:
        return [("removed", before), ("added", after)]
    word_of = {letter: word for word, letter in words.items()}
    kinds = {0: "same", 1: "added", -1: "removed"}
    return [(kinds[sign], "".join(word_of[letter] for letter in text)) for sign, text in diffs]


def encoded(text, words):
    """The text with each word as one character; new words are added to `words` {word: char}."""
    return "".join(words.setdefault(word, letter(len(words))) for word in WORD.findall(text))


def letter(n):
    return chr(n if n < 0xD800 else n + 0x800)  # skip surrogates
