"""The history of a post: its versions, and the differences between them."""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from diff_match_patch import diff_match_patch
from django.utils.html import escape, format_html, format_html_join

from forum.cache.lru import LRUCache
from forum.models import User
from forum.text.letters import JOINERS, LETTERS, MARKS, WITHOUT_BLANKS

WORD = re.compile(  # one letter, in scripts that have no blanks between words
    rf"[{WITHOUT_BLANKS}][{MARKS}{JOINERS}]*\s*|(?:(?![{WITHOUT_BLANKS}])[{LETTERS}])+\s*|\s+|[^{LETTERS}\s]\s*|."
)
SIZE = 20  # versions on one page
PIECES = 1000  # in one comparison; what is more scattered shows as replaced
SECONDS = 0.2  # for all new comparisons of a page; what is not compared by then shows as replaced
_kept = LRUCache(8 * 2**20)


@dataclass
class Version:
    number: int
    editor: User
    written_at: datetime
    reason: str
    html: str  # of its text, with what it changed marked


def history(post, before=None):
    """SIZE versions of a post, newest first, from below the version `before` if it is given.

    Returns them and the number to go on from, "" when there are no older ones.
    """
    former = post.revisions.select_related("editor").order_by("-version")
    rows = list((former.filter(version__lt=before) if before else former)[: SIZE + 1])
    texts = [(r.version, r.editor, r.written_at, r.reason, r.body) for r in rows]
    if not before:
        editor, written_at = post.edited_by or post.author, post.edited_at or post.created_at
        texts.insert(0, (post.version, editor, written_at, post.edit_reason, post.body))
    until = time.monotonic() + SECONDS
    versions = []
    for i, (number, editor, written_at, reason, body) in enumerate(texts[:SIZE]):
        older = texts[i + 1][-1] if i + 1 < len(texts) else None
        html = marked((post.pk, post.topic.epoch, number), older, body, until)
        versions.append(Version(number, editor, written_at, reason, html))
    return versions, versions[-1].number if len(texts) > SIZE else ""


def marked(key, before, after, until):
    """A version as HTML. Kept, since no version changes and a page of long ones takes all of
    SECONDS; one for which no time is left is compared when the page is shown again."""
    if before is None:
        return html_of([("same", after)])
    left = until - time.monotonic()
    if left < SECONDS / 4 and _kept.get(key) is None:
        return html_of([("removed", before), ("added", after)])
    return _kept.get_or_set(key, lambda: html_of(compare(before, after, left)))


def html_of(pieces):
    return format_html_join("", "{}", ((TAGS[kind](text),) for kind, text in pieces))


TAGS = {
    "same": escape,
    "added": lambda text: format_html("<ins>{}</ins>", text),
    "removed": lambda text: format_html("<del>{}</del>", text),
}


class Differ(diff_match_patch):
    def diff_halfMatch(self, text1, text2):
        """Left out: a short cut that takes seconds on text that repeats itself, and looks at no
        clock.
        """


def compare(before, after, seconds):
    """Word by word, in about `seconds`: a list of ("same" | "added" | "removed", text)."""
    words = {}
    letters = [encoded(text, words) for text in (before, after)]
    differ = Differ()
    differ.Diff_Timeout = max(seconds, 0.001)  # none would mean no limit
    diffs = differ.diff_main(*letters)
    if len(diffs) > PIECES:
        return [("removed", before), ("added", after)]
    word_of = {letter: word for word, letter in words.items()}
    kinds = {0: "same", 1: "added", -1: "removed"}
    return [(kinds[sign], "".join(word_of[letter] for letter in text)) for sign, text in diffs]


def encoded(text, words):
    """One letter for each word of a text; `words` {word: letter} grows with those that are new."""
    return "".join(words.setdefault(word, letter(len(words))) for word in WORD.findall(text))


def letter(n):
    return chr(n if n < 0xD800 else n + 0x800)  # what lies between is half a letter
