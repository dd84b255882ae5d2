"""The entry point of every HTTP request: limits and cleans it before anything else reads it.

Requests that pass have clean headers (header_cleaning.py), an Accept-Encoding with supported
values only, and a body only if they are a POST, limited in size and time. Two middlewares below
check the path and what Django parses of a form.
"""

import logging
import re

from django.core.exceptions import BadRequest, RequestAborted, SuspiciousOperation
from django.http import Http404
from django.http.cookie import parse_cookie

from forum.serving.bodies import Body, has_body, header_values, limit_of
from forum.serving.encodings import accepted
from forum.serving.header_cleaning import (
    clean_cookies,
    clean_fields,
    has_simple_parts,
    is_clean_address,
    is_clean_header,
    is_readable_query,
)
from forum.serving.refusals import Refused, send_refusal

logger = logging.getLogger(__name__)
HEAD = 65_536  # bytes of all headers, at most
MAX_TYPE = 200  # bytes of a Content-Type; a boundary has at most 70
LENGTH = re.compile(rb"[0-9]{1,18}")
UTF8 = re.compile(rb"""charset\s*=\s*"?utf-?8"?\s*(;|$)""", re.IGNORECASE)


class Ingress:
    """ASGI middleware for HTTP."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        body, has_begun = Body(scope, receive), False

        async def answer(message):
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message = message if body.is_complete else closing_connection(message)
            await send(message)

        try:
            await self.application(checked(scope), body.receive, answer)
        except Refused as refused:
            await send_refusal(answer, refused.status)
        except RequestAborted:
            return  # the client disconnected
        except Exception:
            if has_begun:
                raise
            logger.exception("A request failed outside of Django.")
            await send_refusal(answer, 500)


def closing_connection(start):
    """The response start with `Connection: close`, since the rest of the body is not read."""
    headers = [pair for pair in start.get("headers", ()) if pair[0].lower() != b"connection"]
    return {**start, "headers": [*headers, (b"connection", b"close")]}


def checked(scope):
    """The scope with clean headers. Raises Refused if the head alone is unacceptable."""
    if not is_readable_query(scope["query_string"]):
        raise Refused(400)
    if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > HEAD:
        raise Refused(431)
    if not all(is_clean_header(value) for _name, value in scope["headers"]):
        raise Refused(400)
    check_body(scope)
    return {**scope, "headers": clean_headers(scope["headers"])}


def check_body(scope):
    lengths, types = (
        header_values(scope["headers"], b"content-length"),
        header_values(scope["headers"], b"content-type"),
    )
    if len(set(lengths)) > 1 or not all(map(LENGTH.fullmatch, lengths)) or len(types) > 1:
        raise Refused(400)
    if lengths and int(lengths[0]) > limit_of(scope):
        raise Refused(413)
    if scope["method"] != "POST" and has_body(scope["headers"]):
        raise Refused(400)
    if not all(map(is_content_type, types)):
        raise Refused(415)


def is_content_type(kind):
    """Whether Django can parse it safely, and it is in UTF-8.

    Django takes seconds for thousands of parameters, and fails with `a*=none''b`. Other codecs can
    decode to characters that no database stores.
    """
    if len(kind) > MAX_TYPE or b"*=" in kind:
        return False
    return b"charset" not in kind.lower() or UTF8.search(kind) is not None


def clean_headers(headers):
    """The headers without ambiguous names (CGI reads x_y as x-y), and with one clean Cookie."""
    changed = (b"cookie", b"accept-encoding")
    kept = [(name, value) for name, value in headers if name not in changed and b"_" not in name]
    cookie = clean_cookies(b"; ".join(header_values(headers, b"cookie")).decode("latin-1")).encode(
        "latin-1"
    )
    forms = ", ".join(
        accepted(b",".join(header_values(headers, b"accept-encoding")).decode("latin-1"))
    ).encode()
    return [
        *kept,
        *((name, value) for name, value in zip(changed, (cookie, forms), strict=True) if value),
    ]


def with_clean_input(get_response):
    """Middleware: checks what Django parses itself, and the rest if Ingress is not in front."""

    def respond(request):
        if not is_readable_query(request.META["QUERY_STRING"].encode()):
            raise BadRequest
        if request.META.get("HTTP_COOKIE"):
            request.COOKIES = parse_cookie(clean_cookies(request.META["HTTP_COOKIE"]))
        if request.method == "POST":
            try:
                refuse_odd_parts(request)
                request.POST = clean_fields(request.POST)
            except (SuspiciousOperation, LookupError, UnicodeError) as error:
                # Too many fields, or an unknown codec.
                raise BadRequest from error
        return get_response(request)

    return respond


def refuse_odd_parts(request):
    boundary = request.content_params.get("boundary", "")
    if request.content_type == "multipart/form-data" and not has_simple_parts(
        request.body, boundary
    ):
        raise BadRequest


def with_clean_address(get_response):
    """Middleware: 404 for paths that can't match any row. Last, so that the page has a user."""

    def respond(request):
        if not is_clean_address(request.path_info, request.META["QUERY_STRING"].encode()):
            raise Http404
        return get_response(request)

    return respond
