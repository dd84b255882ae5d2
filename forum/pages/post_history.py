"""The history of a post: its versions, and the differences between them."""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from diff_match_patch import diff_match_patch

from forum.cache.lru import LRUCache
from forum.models import Revision, User
from forum.pages.marked_changes import excerpt, inline, sides
from forum.text.letters import JOINERS, LETTERS, MARKS, WITHOUT_BLANKS

WORD = re.compile(  # a single letter, in scripts without spaces between words
    rf"[{WITHOUT_BLANKS}][{MARKS}{JOINERS}]*\s*|(?:(?![{WITHOUT_BLANKS}])[{LETTERS}])+\s*|\s+|[^{LETTERS}\s]\s*|."
)
SIZE = 20  # versions per page
MAX_PIECES = 1000  # per comparison; beyond that the whole text shows as replaced
SECONDS = 0.2  # time limit for all comparisons of a page; later ones show as replaced
VIEWS = {"inline": inline, "sides": sides, "excerpt": excerpt}
_cache = LRUCache(8 * 2**20)


@dataclass
class Version:
    number: int
    editor: User
    written_at: datetime
    reason: str
    body: str
    revision: Revision | None = None  # None for the current text
    is_readable: bool = True
    html: str = ""  # its text, with the changes marked
    has_sides: bool = False  # whether `html` has both texts
    follows_hidden: bool = False  # then its changes would show a hidden text


def history(post, reader, before=None, view="inline", size=SIZE):
    """One page of a post's versions, newest first, starting below the version `before` if given.

    Versions are counted from 1, whatever was replaced within the grace period. `view` is a key of
    VIEWS. Of hidden versions, texts and differences are left out for those who may not read them.

    Returns (versions, the `before` of the next page or "").
    """
    versions = versions_of(post, reader, before, size)
    deadline = time.monotonic() + SECONDS
    for version, older in zip(versions[:size], [*versions[1:], None], strict=False):
        mark_changes(post, version, older, deadline, view)
    return versions[:size], versions[size - 1].number if len(versions) > size else ""


def versions_of(post, reader, before, size):
    """The `size` versions of a page and the one below them, without what `reader` may not read."""
    former = post.revisions.select_related("editor", "hidden_by").order_by("-version")
    if before:
        former = former.filter(version__lt=before + post.first_version - 1)
    versions = [version_of(post, revision, reader) for revision in former[: size + 1]]
    if before:
        return versions
    editor, written_at = post.edited_by or post.author, post.edited_at or post.created_at
    number = post.version - post.first_version + 1
    return [Version(number, editor, written_at, post.edit_reason, post.body), *versions]


def version_of(post, revision, reader):
    revision.post = post
    facts = revision.number, revision.editor, revision.written_at
    if not revision.can_be_read_by(reader):
        return Version(*facts, "", "", revision, is_readable=False)
    return Version(*facts, revision.reason, revision.body, revision)


def mark_changes(post, version, older, deadline, view):
    """Render the version, compared with the `older` one, if there is one and both are readable."""
    if not version.is_readable:
        return
    version.follows_hidden = older is not None and not older.is_readable
    before = older.body if older and older.is_readable else None
    version.has_sides = view == "sides" and before is not None
    key = post.pk, post.topic.epoch, version.number
    version.html = marked(key, before, version.body, deadline, view)


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
