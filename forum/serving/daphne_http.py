"""daphne's HTTP requests, with the limits of uvicorn's (http_protocol.py, ingress.py).

Twisted reads the whole body before it calls the application, a large one into a file. Here reading
stops one byte beyond the limit; with that much of the body the request is passed on, and Ingress
refuses it.
"""

import asyncio
import time
from io import BytesIO

from daphne import http_protocol
from twisted.internet import reactor
from twisted.web import http

from forum.serving.bodies import GRACE, MIN_RATE, limit_of
from forum.serving.http_protocol import CHUNKS, HEAD, HEAD_TIMEOUT
from forum.serving.lingering import Lingering, network_at
from forum.serving.refusals import page_for, raw_response
from forum.serving.security_headers import ENCODED


def install():
    http_protocol.HTTPFactory.protocol = Channel
    http_protocol.WebRequest = Request


class TooLarge(Exception):
    """Stops the parser at once."""


class Request(http_protocol.WebRequest):
    chunks = 0

    def __init__(self, *arguments):
        super().__init__(*arguments, parsePOSTFormSubmission=False)  # Django does that

    def gotLength(self, length):  # noqa: N802
        self.content = BytesIO()

    def handleContentChunk(self, data):  # noqa: N802
        self.chunks += 1
        if self.chunks > CHUNKS:
            raise http._MalformedChunkedDataError
        room = body_limit(self) + 1 - self.content.tell()
        self.content.write(data[:room])
        if len(data) >= room:
            raise TooLarge

    def basic_error(self, status, status_text, body):
        headers = [(b"content-type", b"text/html; charset=utf-8"), *ENCODED]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": page_for(min(status, 500))})


def body_limit(request):
    path = request.channel._path.partition(b"?")[0].decode("latin-1")
    headers = request.requestHeaders.getAllRawHeaders()
    pairs = [(name.lower(), value) for name, values in headers for value in values]
    return limit_of({"path": path, "headers": pairs})


class Channel(http.HTTPChannel):
    """Camel case names are Twisted's."""

    MAX_LENGTH = totalHeadersSize = HEAD
    deadline = lingering = None
    is_last = False  # the connection ends after this response; its body may still be arriving

    def connectionMade(self):  # noqa: N802
        super().connectionMade()
        self._wait(HEAD_TIMEOUT, self.transport.loseConnection)

    def connectionLost(self, reason):  # noqa: N802
        super().connectionLost(reason)
        self._stop_waiting()
        if self.lingering:
            self.lingering.end()

    def dataReceived(self, data):  # noqa: N802
        if self.lingering:
            self.lingering.discard(data)
        elif not self.is_last:
            super().dataReceived(data)

    def lineLengthExceeded(self, line):  # noqa: N802
        self.refuse(431)

    def allHeadersReceived(self):  # noqa: N802
        is_too_large = (self.length or 0) > body_limit(self.requests[-1])
        if is_too_large:
            self.length = 0  # refuse it without reading the body
        super().allHeadersReceived()
        if is_too_large:
            self.is_last, self.persistent = True, False
        self._stop_waiting()
        self._wait_for_body(time.monotonic())

    def rawDataReceived(self, data):  # noqa: N802
        try:
            super().rawDataReceived(data)
        except TooLarge:
            self.is_last, self.persistent = True, False
            self.allContentReceived()

    def allContentReceived(self):  # noqa: N802
        self._stop_waiting()
        super().allContentReceived()

    def requestDone(self, request):  # noqa: N802
        self._wait(HEAD_TIMEOUT, self.transport.loseConnection)
        super().requestDone(request)

    def loseConnection(self):  # noqa: N802
        if self.lingering:
            return
        network = network_at((getattr(self.transport.getPeer(), "host", ""), 0), ())
        if self.is_last and Lingering.may_begin(network):
            self._stop_waiting()
            self._networkProducer.unregisterProducer()
            self.lingering = Lingering(Transport(self.transport), network, asyncio.get_event_loop())
        else:
            super().loseConnection()

    def _respondToBadRequestAndDisconnect(self):  # noqa: N802
        is_long = self._receivedHeaderSize > HEAD or self._receivedHeaderCount > self.maxHeaders
        self.refuse(431 if is_long else 400)

    def refuse(self, status):
        if not self.is_last:
            self.is_last = True
            self.clearLineBuffer()
            self.transport.write(raw_response(status))
            self.loseConnection()

    def _wait_for_body(self, since):
        content = self.requests[-1].content
        left = since + GRACE + content.tell() / MIN_RATE - time.monotonic()
        if left > 0:
            self._wait(left, self._wait_for_body, since)
        else:
            self.refuse(408)

    def _wait(self, seconds, call, *arguments):
        self._stop_waiting()
        self.deadline = reactor.callLater(seconds, call, *arguments)

    def _stop_waiting(self):
        if self.deadline and self.deadline.active():
            self.deadline.cancel()
        self.deadline = None


class Transport:
    """Adapts a Twisted transport to the interface that Lingering uses."""

    def __init__(self, transport):
        self.close, self.write_eof = transport.loseConnection, transport.loseWriteConnection

    def can_write_eof(self):
        return True
