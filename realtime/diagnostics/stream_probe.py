"""GET /live/probe streams a few letters slowly; a proxy that buffers delivers them all at once."""

import asyncio

from django.http import HttpResponseNotFound, StreamingHttpResponse

from realtime import database
from realtime.access.authentication import reader_with
from realtime.access.handshake import session_key_in
from realtime.http.responses import finish, request_of, respond, start

LETTERS, PAUSE = "live?", 0.3  # seconds between two letters


async def probe(scope, receive, send):
    request = request_of(scope)
    reader, _rights = await database.ask(reader_with, session_key_in(request.COOKIES))
    if request.method != "GET" or not reader.is_staff:
        await respond(send, request, HttpResponseNotFound())
        return
    response = StreamingHttpResponse(content_type="text/plain")
    # the compressor would buffer the letters
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    finish(request, response)
    await start(send, response)
    for letter in LETTERS:
        await send({"type": "http.response.body", "body": letter.encode(), "more_body": True})
        await asyncio.sleep(PAUSE)
    await send({"type": "http.response.body", "body": b""})
