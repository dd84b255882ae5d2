"""GET /ws/ as a plain page: a browser wanted a socket and some proxy dropped the question."""

import time

from django.http import HttpResponse
from django.utils.translation import gettext as _

last = float("-inf")  # when it happened last in this process, by the monotonic clock


def upgrade_required(request):
    global last
    if "Sec-WebSocket-Key" in request.headers:
        last = time.monotonic()
    words = _(
        "This is a WebSocket address. If a browser shows this, the proxy must forward Upgrade and"
        " Connection."
    )
    response = HttpResponse(words, status=426, content_type="text/plain; charset=utf-8")
    response["Upgrade"] = "websocket"
    response["Cache-Control"] = "no-store"
    return response
