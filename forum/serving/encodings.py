"""Content negotiation by Accept-Encoding (RFC 9110, 12.5.3)."""

import re

KNOWN = ("br", "gzip")  # the forms that there are: both of static files, gzip of pages
QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def accepted(header):
    """Those of KNOWN that a header accepts, in their order. What can't be read is not accepted."""
    qualities = dict(map(read, header.lower().split(",")))
    return [name for name in KNOWN if qualities.get(name, qualities.get("*", 0.0)) > 0]


def read(part):
    """(name, quality) of "gzip" or "gzip;q=0.5"."""
    name, *parameters = (piece.strip() for piece in part.split(";"))
    if not parameters:
        return name, 1.0
    quality = QUALITY.fullmatch(parameters[0])
    return name, float(quality[1]) if quality else 0.0
