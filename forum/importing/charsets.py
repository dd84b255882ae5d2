"""Decodes bytes by their charset label, or by what it means in practice."""

import codecs
import re

from forum.importing.charset_labels import CODECS

FALLBACK = "cp1252"
MAX_LABEL = 40
ISO_2022 = re.compile(rb"\x1b\$(\)C|[@B]|\([DOPQ])")

# Codecs that take quadratic time, or that interpret escapes.
NOT_FOR_MAIL = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}

# Invisible characters that break lines, searches or databases: controls, zero-width space,
# byte-order mark, surrogates.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ud800-\udfff]"
)


def decode(data, label=""):
    """(text, problem): None, "charset" (unknown label) or "encoding" (invalid bytes)."""
    codec, problem = _codec(label)
    if codec == "utf-8" and (found := _detected_codec(data)):
        codec = found
    try:
        return clean(data.decode(codec)), problem
    except (UnicodeError, ValueError):
        problem = problem or (None if codec == "utf-8" and not label else "encoding")
    if codec == "utf-8":
        return clean(data.decode(FALLBACK, "replace")), problem
    try:
        return clean(data.decode("utf-8")), problem  # other charsets are rarely valid UTF-8
    except UnicodeError:
        return clean(data.decode(codec, "replace")), problem


def _detected_codec(data):
    """The codec according to a byte-order mark or ISO 2022 escape sequences, or None."""
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
        codec = codecs.lookup(label[:MAX_LABEL])
    except (LookupError, ValueError):
        return "utf-8", "charset"
    # "hex" and "zip" are codecs, too.
    if not codec._is_text_encoding or codec.name in NOT_FOR_MAIL:
        return "utf-8", "charset"
    return CODECS.get(codec.name.replace("_", "-"), codec.name), None


def clean(text):
    return INVISIBLE.sub("", text)
