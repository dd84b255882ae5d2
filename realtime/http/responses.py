"""Django requests and responses for ASGI applications outside of Django's handler.

The responses get the same headers as Django's pages.
"""

from io import BytesIO

from csp.middleware import CSPMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.cache import patch_vary_headers

from forum.serving.compression import CompressionMiddleware

OUTWARDS = [
    each(lambda request: HttpResponse())  # never called
    for each in (CSPMiddleware, XFrameOptionsMiddleware, CompressionMiddleware, SecurityMiddleware)
]


def request_of(scope):
    """The Django request of an ASGI scope, without a query string that is not ASCII."""
    query = scope.get("query_string", b"")
    return ASGIRequest(scope if query.isascii() else {**scope, "query_string": b""}, BytesIO())


async def respond(send, request, response):
    """Sends a complete response that must not be cached."""
    finish(request, response)
    await start(send, response)
    await send({"type": "http.response.body", "body": response.content})


def finish(request, response):
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie"])
    for middleware in OUTWARDS:
        response = middleware.process_response(request, response)
    if not response.streaming:
        response["Content-Length"] = len(response.content)


async def start(send, response):
    headers = [
        (name.lower().encode("latin1"), value.encode("latin1")) for name, value in response.items()
    ]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
