"""Removes or refuses control characters, NUL and surrogates in requests. See ingress.py."""

import re

from django.conf import settings
from django.http import QueryDict

MAX_PATH = 8000  # characters
MAX_PARTS = 1200  # of a multipart body; Django takes 1000 fields and 100 files
MAX_PARAMETERS = 10  # semicolons in the header of a part: browsers send name and filename
CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
NO_COOKIE = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
NO_QUERY = re.compile(rb"%00|[\x00-\x1f\x7f]")
NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")


def is_clean_address(path, query):
    return len(path) <= MAX_PATH and not CONTROLS.search(path) and not NO_QUERY.search(query)


def is_readable_query(query):
    try:
        return query.decode().count("&") < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    except UnicodeDecodeError:
        return False


def is_clean_header(value):
    return not CONTROLS.search(value.decode("latin-1").replace("\t", " "))


def clean_cookies(header):
    """A Cookie header without cookies that contain control characters or backslashes.

    None of ours does, and Python takes half a minute to parse 60,000 quoted backslashes
    (CVE-2024-7592).
    """
    chunks = (chunk.strip() for chunk in header.split(";"))
    return "; ".join(chunk for chunk in chunks if chunk and not NO_COOKIE.search(chunk))


def has_simple_parts(body, boundary):
    """Whether a multipart body has no more parts than a form may have, and none of them has more
    header parameters than browsers send.

    Django takes quadratic time to parse these, and a body with files has room for millions of
    parts.
    """
    parts = body.split(b"--" + boundary.encode(), MAX_PARTS)
    if len(parts) > MAX_PARTS:
        return False
    heads = (part.partition(b"\r\n\r\n") for part in parts)
    return all(not blank or head.count(b";") <= MAX_PARAMETERS for head, blank, _text in heads)


def clean_fields(fields):
    """The QueryDict with U+FFFD in place of characters that a database can't store."""
    if not any(NO_TEXT.search(text) for name, values in fields.lists() for text in (name, *values)):
        return fields
    clean = QueryDict(mutable=True)
    for name, values in fields.lists():
        clean.setlist(
            NO_TEXT.sub("\ufffd", name), [NO_TEXT.sub("\ufffd", value) for value in values]
        )
    clean._mutable = False
    return clean
