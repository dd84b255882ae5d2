"""Responses to requests that are refused before they reach Django."""

from functools import cache
from http import HTTPStatus

from django.template.loader import render_to_string

PAGES = {408: "408.html", 413: "413.html", 500: "500.html"}  # others use 400.html


class Refused(Exception):
    """The request is answered with this HTTP status, without calling Django."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


async def send_refusal(send, status):
    """Send a refusal as ASGI messages; the connection is closed, and the body not read."""
    body = page_for(status)
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def raw_response(status):
    """A refusal as bytes, for connections without a valid request; closes the connection."""
    # Needs settings, but servers import this module before they are configured.
    from forum.serving.security_headers import ENCODED

    body = page_for(status)
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    lines = [b"%b: %b" % pair for pair in (*headers, *ENCODED)]
    return b"\r\n".join(
        [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), *lines, b"", body]
    )


@cache
def page_for(status):
    return render_to_string(PAGES.get(status, "400.html"), {"status": status}).encode()
