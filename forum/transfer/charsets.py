"""Bytes to text, by the label they came with or by what such labels mean in practice."""

import codecs
import re

# Mail programs write the narrow label and use the wide set (the WHATWG encoding standard maps them alike).
SUPERSETS = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
ALIASES = {"ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "unicode-1-1-utf-7": "utf-7", "x-gbk": "gb18030"}
FALLBACK = "cp1252"

# Unseen, but it breaks lines, searches or databases: controls, zero-width space, byte-order mark, surrogates.
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ud800-\udfff]")


def decode(data, label=""):
    """(text, problem): `problem` is None, "charset" (the label is unknown) or "encoding" (bytes don't fit
    it)."""
    codec, problem = _codec(label)
    try:
        return clean(data.decode(codec)), problem
    except (UnicodeError, ValueError):
        problem = problem or (None if codec == "utf-8" and not label else "encoding")
    if codec == "utf-8":
        return clean(data.decode(FALLBACK, "replace")), problem
    return clean(data.decode(codec, "replace")), problem


def _codec(label):
    label = (label or "utf-8").strip("\"' \t").lower()
    try:
        name = codecs.lookup(ALIASES.get(label, label))
        if not name._is_text_encoding:  # "hex", "zip" and the like are codecs too, but not of text
            raise LookupError
    except (LookupError, ValueError):
        return "utf-8", "charset"
    return SUPERSETS.get(name.name, name.name), None


def clean(text):
    return INVISIBLE.sub("", text)
