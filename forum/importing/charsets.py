"""Bytes to text, by the label they came with or by what such labels mean in practice."""

import codecs
import re

from forum.importing.charset_labels import CODECS

FALLBACK = "cp1252"
LONGEST_LABEL = 40
ISO_2022 = re.compile(rb"\x1b\$(\)C|[@B]|\([DOPQ])")

# They take time by the square of the length, or turn what looks like an escape into something else.
NOT_FOR_MAIL = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}

# Unseen, but it breaks lines, searches or databases: controls, zero-width space, byte-order mark,
# surrogates.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ud800-\udfff]"
)


def decode(data, label=""):
    """(text, problem): `problem` is None, "charset" (the label is unknown) or "encoding" (bytes
    don't fit it)."""
    codec, problem = _codec(label)
    if codec == "utf-8" and (found := _by_signs(data)):
        codec = found
    try:
        return clean(data.decode(codec)), problem
    except (UnicodeError, ValueError):
        problem = problem or (None if codec == "utf-8" and not label else "encoding")
    if codec == "utf-8":
        return clean(data.decode(FALLBACK, "replace")), problem
    try:
        return clean(data.decode("utf-8")), problem  # nothing else looks like it by chance
    except UnicodeError:
        return clean(data.decode(codec, "replace")), problem


def _by_signs(data):
    """The set of characters that a text without a label, or with a wrong one, shows to be in; None
    where it doesn't.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and len(data) % 2 == 0:
        return "utf-16"
    if escape := ISO_2022.search(data):
        return "iso2022_kr" if escape[1] == b")C" else CODECS["iso-2022-jp"]
    return None


def _codec(label):
    label = (label or "utf-8").strip("\"' \t").lower()
    if label in CODECS:
        return CODECS[label], None
    try:
        codec = codecs.lookup(label[:LONGEST_LABEL])
    except (LookupError, ValueError):
        return "utf-8", "charset"
    # "hex", "zip" and the like are codecs, too
    if not codec._is_text_encoding or codec.name in NOT_FOR_MAIL:
        return "utf-8", "charset"
    return CODECS.get(codec.name.replace("_", "-"), codec.name), None


def clean(text):
    return INVISIBLE.sub("", text)
