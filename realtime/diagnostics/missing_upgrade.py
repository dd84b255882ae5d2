"""Answers GET /ws/ without an upgrade: a browser asked for a socket and a proxy dropped that."""

import time

from django.http import HttpResponse
from django.utils.translation import gettext as _

last = float("-inf")  # time.monotonic() when it last happened in this process


def upgrade_required(request):
    global last
    if "Sec-WebSocket-Key" in request.headers:
        last = time.monotonic()
    message = _(
        "This is a WebSocket address. If a browser shows this, the proxy must forward Upgrade and"
        " Connection."
    )
    response = HttpResponse(message, status=426, content_type="text/plain; charset=utf-8")
    response["Upgrade"] = "websocket"
    response["Cache-Control"] = "no-store"
    return response
