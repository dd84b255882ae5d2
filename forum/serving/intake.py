"""How what a client sends over a WebSocket reaches the parser: counted, in slices, and only as it is wanted."""

from forum.serving.frame_meter import FrameMeter, TooMuch

REST = 0.1  # seconds without reading from a client that sends in small segments


class Intake:
    """Between a connection's transport and its parser. `connection` brings

    parse(data)            the server's own parser
    pause(), resume()      reading from the transport
    is_ending()            whether nothing that comes is of interest any more
    refuse()               say goodbye and end, as too much was sent
    later(seconds, call)   of the event loop
    """

    __slots__ = ("_connection", "_is_refused", "_meter", "_pauses", "_unparsed")

    def __init__(self, connection):
        self._connection, self._meter = connection, FrameMeter()
        self._unparsed, self._pauses, self._is_refused = b"", 0, False

    def take(self, data):
        if self._is_refused or self._connection.is_ending():
            return
        try:
            may_go_on = self._meter.receive(len(data))
        except TooMuch:
            self._refuse()
            return
        if not may_go_on:
            self._pause()
            self._connection.later(REST, self._resume)
        if self._unparsed:
            self._unparsed += data
            self._connection.pause()  # a server of its own mind had resumed
        else:
            self._unparsed = data
            self._parse_some()

    def _parse_some(self):
        try:
            size = self._meter.admit(self._unparsed)
        except TooMuch:
            self._refuse()
            return
        part, self._unparsed = self._unparsed[:size], self._unparsed[size:]
        self._connection.parse(part)
        if self._unparsed:
            self._pause()
            self._connection.later(0, self._parse_more)

    def _parse_more(self):
        if self._connection.is_ending():
            self._unparsed = b""
        if self._unparsed:
            self._parse_some()
        self._resume()

    def _pause(self):
        self._pauses += 1
        self._connection.pause()

    def _resume(self):
        self._pauses -= 1
        if not self._pauses and not self._is_refused:
            self._connection.resume()

    def _refuse(self):
        self._is_refused, self._unparsed = True, b""
        self._connection.pause()
        self._connection.refuse()
