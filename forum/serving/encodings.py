"""Content negotiation by Accept-Encoding (RFC 9110, 12.5.3)."""

import re
from functools import lru_cache

KNOWN = ("br", "gzip")  # static files and kept pages have both, other pages gzip
USUAL = 100  # characters; browsers send less, and all send the same few
QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def accepted(header):
    """Those of KNOWN that a header accepts, in order of KNOWN; ignores invalid parts."""
    return list(_usual(header)) if len(header) <= USUAL else _accepted(header)


def _accepted(header):
    qualities = dict(map(parse, header.lower().split(",")))
    return [name for name in KNOWN if qualities.get(name, qualities.get("*", 0.0)) > 0]


_usual = lru_cache(256)(_accepted)


def best(header):
    """The one of KNOWN to use for what has all of them, or ""."""
    return next(iter(accepted(header)), "")


def parse(part: str) -> tuple[str, float]:
    """(name, quality) of "gzip" or "gzip;q=0.5"."""
    name, *parameters = (piece.strip() for piece in part.split(";"))
    if not parameters:
        return name, 1.0
    quality = QUALITY.fullmatch(parameters[0])
    return name, float(quality[1]) if quality else 0.0
