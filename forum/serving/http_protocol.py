"""uvicorn's HTTP protocol with deadlines, and without losing requests on shutdown."""

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from forum.serving.lingering import Lingering, network_at
from forum.serving.refusals import raw_response
from forum.serving.websocket_protocol import bounded

HEAD_TIMEOUT = 10  # seconds to receive the head of a request, also of a WebSocket handshake
HEAD = 65_536  # bytes of a head, at most
# A client must read at least MIN_READ bytes of pending output every PERIOD seconds.
PERIOD, MIN_READ = 10, 5000
CHUNKS = 2000  # per body, at most; even tiny ones cost parser callbacks
PIPELINED = 20  # queued requests per connection, at most; browsers and proxies send none
LINGER = 2  # seconds; proxies close idle connections after one (deploy/nginx.conf)


class TooMuch(Exception):
    """Stops the parser at once; the response is a 400, and the rest of the input is discarded."""


class ResponseTransport:
    """The transport as responses see it: `close` ends the connection through `Connection.end`."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, connection):
        self.write, self.is_closing, self.close = (
            connection.transport.write,
            connection.transport.is_closing,
            connection.end,
        )

    def end(self):
        """Detach from the connection; also breaks the reference cycle."""
        self.write = self.close = ignore


def ignore(*_arguments):
    pass


class Connection(HttpToolsProtocol):
    """A connection with deadlines that still answers requests arriving during shutdown.

    On shutdown uvicorn closes idle connections at once, which loses a POST that is just arriving:
    the proxy can't know whether it was processed. This one answers, with `Connection: close`.
    """

    ending = False  # the process is shutting down; set on the class, for future connections, too
    deadline = None  # timer for the head being received
    head_size = 0  # bytes received of it
    watch = None  # timer of the next check that the client reads
    chunks = 0  # of the body being received
    has_read = False  # since the last check
    for_answers = None  # the ResponseTransport of all requests
    lingering = None  # after the last response, while the client is still sending

    def connection_made(self, transport):
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc):
        super().connection_lost(exc)
        self._stop_waiting()
        if self.for_answers:
            self.for_answers.end()
        if self.watch:
            self.watch.cancel()
        if self.lingering:
            self.lingering.end()

    def data_received(self, data):
        if self.lingering:
            self.lingering.discard(data)
            return
        if not self.deadline and self.cycle and self.cycle.response_complete:
            # Even for an empty line, which stops the keep-alive timer.
            self._wait_for_head()
        if self.deadline:
            self.head_size += len(data)
        super().data_received(data)
        if self.deadline and self.head_size > HEAD and not self.has_ended():
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def send_400_response(self, msg):
        self.refuse(HTTPStatus.BAD_REQUEST)

    def refuse(self, status):
        """Answer input that is not a valid request, and end the connection."""
        self.transport.write(raw_response(status))
        self.end(is_sending=True)
        self._watch_reader()

    def end(self, is_sending=False):
        """End after the last response, with a lingering close if the client is still sending."""
        self._stop_waiting()
        if self.has_ended():
            return
        is_sending = is_sending or self.cycle.more_body or bool(self.pipeline)
        network = network_at(self.client, self.headers)
        if is_sending and Lingering.may_begin(network):
            self._leave_requests()
            self.lingering = Lingering(self.transport, network, self.loop)
            self.flow.resume_reading()
        else:
            self.transport.close()

    def _leave_requests(self):
        self.pipeline.clear()
        if self.for_answers:
            self.for_answers.end()
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def has_ended(self):
        return bool(self.lingering) or self.transport.is_closing()

    def pause_writing(self):
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self):
        super().resume_writing()
        self.has_read = True

    def on_response_complete(self):
        super().on_response_complete()
        if self.lingering:
            self._unset_keepalive_if_required()
        self._watch_reader()

    def timeout_keep_alive_handler(self):
        super().timeout_keep_alive_handler()
        self._watch_reader()

    def _watch_reader(self):
        """Check periodically that the client reads, while output is pending.

        Pending output also keeps a closed transport alive.
        """
        waiting = self.transport.get_write_buffer_size()
        if waiting and not self.watch:
            self.has_read = False
            self.watch = self.loop.call_later(PERIOD, self._check_reader, waiting)

    def _check_reader(self, waited):
        self.watch = None
        if self.has_read or waited - self.transport.get_write_buffer_size() >= MIN_READ:
            self._watch_reader()
        elif self.transport.get_write_buffer_size():
            self.transport.abort()

    def shutdown(self):
        Connection.ending = True
        self.timeout_keep_alive = LINGER
        if self.cycle is None or self.cycle.response_complete:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                LINGER, self.timeout_keep_alive_handler
            )
        elif not self.cycle.response_started:
            self.cycle.keep_alive = False

    def on_message_begin(self):
        if len(self.pipeline) >= PIPELINED:
            raise TooMuch
        super().on_message_begin()
        self.chunks = 0
        if not self.deadline:
            self._wait_for_head()

    def on_header(self, name, value):
        if not self.deadline:  # a trailer after the body, where no limits apply
            raise TooMuch
        super().on_header(name, value)

    def on_chunk_header(self):
        self.chunks += 1
        if self.chunks > CHUNKS:
            raise TooMuch

    def on_headers_complete(self):
        self._stop_waiting()
        super().on_headers_complete()
        if self.cycle:
            self.for_answers = self.for_answers or ResponseTransport(self)
            self.cycle.transport = self.for_answers  # type: ignore[assignment]  # all that it uses
            self.cycle.keep_alive = self.cycle.keep_alive and not self.ending

    def handle_websocket_upgrade(self):
        if self.ending:  # this socket would not be told to close
            self.transport.close()
        else:
            self.ws_protocol_class = bounded(self.ws_protocol_class)  # type: ignore[arg-type]  # a class is hashable
            super().handle_websocket_upgrade()

    def _wait_for_head(self):
        self.deadline = self.loop.call_later(HEAD_TIMEOUT, self.transport.close)

    def _stop_waiting(self):
        if self.deadline:
            self.deadline.cancel()
            self.deadline, self.head_size = None, 0
