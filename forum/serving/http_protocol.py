"""uvicorn's HTTP protocol with deadlines, and without lost requests when the process ends."""

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from forum.serving.lingering import Lingering, network_at
from forum.serving.refusals import whole_answer
from forum.serving.websocket_protocol import bounded

PATIENCE = 10  # seconds until the head of a request is there, also of one that opens a socket
HEAD = 65_536  # bytes of such a head
# seconds in which a reader has to take so many bytes of what waits for them
PERIOD, ENOUGH = 10, 5000
CHUNKS = 2000  # of a body; each costs the parser's callbacks, however small it is
PIPELINED = 20  # requests that wait for the one before; browsers and proxies send none
LINGER = 2  # seconds; proxies let go of an idle connection after one (deploy/nginx.conf)


class TooMuch(Exception):
    """Ends the parser's work at once: the rest of what has come is not looked at, and the answer is
    a 400.
    """


class ForAnswers:
    """The transport, for those who answer requests: `close` is the connection's own."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, connection):
        self.write, self.is_closing, self.close = (
            connection.transport.write,
            connection.transport.is_closing,
            connection.end,
        )

    def end(self):
        """Also that nothing here has to wait for the garbage collector."""
        self.write = self.close = ignore


def ignore(*_arguments):
    pass


class Connection(HttpToolsProtocol):
    """When the process ends, uvicorn closes idle connections at once, and a POST that is just
    arriving on one of them is lost: the proxy can't know whether it was done. Ours still answer
    what comes, and say that it was the last.
    """

    ending = False  # the process, and so all connections, those that are not made yet as well
    deadline = None  # of the head that is awaited
    head_size = 0  # bytes of it that have come
    watch = None  # the next look at whether the reader reads
    chunks = 0  # of the body that is being read
    has_read = False  # since the last look
    for_answers = None  # the transport of all requests
    lingering = None  # after the last answer, while the client is still sending

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
            # also after an empty line, which ends the time that an idle connection has
            self._wait_for_head()
        if self.deadline:
            self.head_size += len(data)
        super().data_received(data)
        if self.deadline and self.head_size > HEAD and not self.has_ended():
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def send_400_response(self, msg):
        self.refuse(HTTPStatus.BAD_REQUEST)

    def refuse(self, status):
        """For what is no request that Django could answer."""
        self.transport.write(whole_answer(status))
        self.end(is_sending=True)
        self._watch_reader()

    def end(self, is_sending=False):
        """After the last answer. A client that may still be sending gets a lingering close."""
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
        """As long as something waits for the reader, which also keeps a closed transport open."""
        waiting = self.transport.get_write_buffer_size()
        if waiting and not self.watch:
            self.has_read = False
            self.watch = self.loop.call_later(PERIOD, self._look, waiting)

    def _look(self, waited):
        self.watch = None
        if self.has_read or waited - self.transport.get_write_buffer_size() >= ENOUGH:
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
        if not self.deadline:  # after a body, where nobody looks at it
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
            self.for_answers = self.for_answers or ForAnswers(self)
            self.cycle.transport = self.for_answers
            self.cycle.keep_alive = self.cycle.keep_alive and not self.ending

    def handle_websocket_upgrade(self):
        if self.ending:  # nobody would tell this socket to close
            self.transport.close()
        else:
            self.ws_protocol_class = bounded(self.ws_protocol_class)
            super().handle_websocket_upgrade()

    def _wait_for_head(self):
        self.deadline = self.loop.call_later(PATIENCE, self.transport.close)

    def _stop_waiting(self):
        if self.deadline:
            self.deadline.cancel()
            self.deadline, self.head_size = None, 0
