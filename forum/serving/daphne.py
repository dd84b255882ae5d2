"""daphne's WebSocket connections, with the limits of uvicorn's (websocket_protocol.py).

For its HTTP requests see daphne_http.py. Import this only under daphne: Twisted takes a third of a
second and 24 MiB.
"""

from autobahn.websocket.types import ConnectionDeny
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor

from forum.serving import daphne_http
from forum.serving.frame_meter import LARGEST
from forum.serving.intake import Intake
from forum.serving.security_headers import HEADERS

TOO_BIG, TOO_FAST = 1009, 1008
UNREAD = 30  # seconds before a client that leaves more than 64 KiB unread is disconnected
MAX_UNREAD = 512 * 1024  # bytes that may be sent to it until then
HANDSHAKE = 64 * 1024  # bytes, at most, before the handshake is complete


def install():
    WebSocketFactory.protocol = Bounded
    daphne_http.install()


class Bounded(WebSocketProtocol):
    """Camel case names are those of Twisted and autobahn."""

    intake = deadline = None
    unread = 0  # bytes sent since Twisted's last request to pause

    def connectionMade(self):  # noqa: N802
        super().connectionMade()
        self.transport.unregisterProducer()  # the HTTP channel before the upgrade
        self.transport.registerProducer(self, streaming=True)

    def connectionLost(self, reason):  # noqa: N802
        super().connectionLost(reason)
        self.resumeProducing()
        # Break the reference cycle, so that no garbage collection is needed.
        self.intake = None

    def onConnect(self, request):  # noqa: N802
        if not request.headers.get("sec-websocket-protocol", "").isascii():  # daphne fails on these
            raise ConnectionDeny(ConnectionDeny.BAD_REQUEST)
        return super().onConnect(request)

    def dataReceived(self, data):  # noqa: N802
        if self.state == self.STATE_CONNECTING:
            self.parse(data)
            if len(self.data) > HANDSHAKE:
                self.transport.abortConnection()
        else:
            self.intake = self.intake or Intake(self)
            self.intake.take(data)

    def onMessageFrameBegin(self, length):  # noqa: N802
        super().onMessageFrameBegin(length)
        # autobahn's own limit would also apply to what we send.
        if self.message_data_total_length > LARGEST:
            self.failedByMe = True  # discard the rest of it
            self.sendCloseFrame(code=TOO_BIG)

    def sendHttpErrorResponse(self, code, reason, responseHeaders=None):  # noqa: N802, N803
        headers = [
            *(responseHeaders or ()),
            *HEADERS.items(),
            ("Content-Length", "0"),
            ("Connection", "close"),
        ]
        super().sendHttpErrorResponse(code, reason, headers)

    # --- A client that does not read ---

    def pauseProducing(self):  # noqa: N802
        if not self.deadline:
            self.unread, self.deadline = (
                0,
                reactor.callLater(UNREAD, self.transport.abortConnection),
            )

    def resumeProducing(self):  # noqa: N802
        if self.deadline and self.deadline.active():
            self.deadline.cancel()
        self.deadline = None

    def stopProducing(self):  # noqa: N802
        self.resumeProducing()

    def sendData(self, data, *how, **more):  # noqa: N802
        if self.deadline:
            self.unread += len(data)
            if self.unread > MAX_UNREAD:
                self.transport.abortConnection()
                return
        super().sendData(data, *how, **more)

    def onPing(self, payload):  # noqa: N802
        if not self.deadline:  # RFC 6455, 5.5.3 allows omitting pongs
            super().onPing(payload)

    # --- The interface that Intake requires ---

    def parse(self, data):
        super().dataReceived(data)

    def pause(self):
        self.transport.pauseProducing()

    def resume(self):
        if self.state != self.STATE_CLOSED:
            self.transport.resumeProducing()

    def is_ending(self):
        return self.state == self.STATE_CLOSED

    def later(self, seconds, call):
        reactor.callLater(seconds, call)

    def refuse(self):
        self.sendCloseFrame(code=TOO_FAST)
