"""Feeds WebSocket data to the parser: rate-limited, in slices, with back pressure."""

from collections.abc import Sequence

from forum.serving.frame_meter import FrameMeter, TooMuch

NOTHING: Sequence[bytes] = ()  # shared by all connections without pending data
REST = 0.1  # seconds to pause reading from a client that sends small segments


class Intake:
    """Sits between a connection's transport and its parser. `connection` must provide

    parse(data)            the server's parser
    pause(), resume()      stop and restart reading from the transport
    is_ending()            whether further input is to be ignored
    refuse()               close, because the client exceeded a limit
    later(seconds, call)   schedule a call on the event loop
    """

    __slots__ = ("_connection", "_is_refused", "_meter", "_pauses", "_waiting")

    def __init__(self, connection):
        self._connection, self._meter = connection, FrameMeter()
        self._waiting, self._pauses, self._is_refused = NOTHING, 0, False

    def take(self, data):
        if self._is_refused or self._connection.is_ending():
            return
        try:
            pieces = self._meter.admit(data)
        except TooMuch:
            self._refuse()
            return
        if not self._meter.may_read_on:
            self._pause()
            self._connection.later(REST, self._resume)
        if self._waiting:
            self._waiting = [*self._waiting, *pieces]
            self._connection.pause()  # the server had resumed reading by itself
        else:
            self._waiting = pieces
            self._parse_one()

    def _parse_one(self):
        piece, *waiting = self._waiting
        self._waiting = waiting or NOTHING
        self._connection.parse(piece)
        if self._waiting:
            self._pause()
            self._connection.later(0, self._parse_more)

    def _parse_more(self):
        if self._connection.is_ending():
            self._waiting = NOTHING
        if self._waiting:
            self._parse_one()
        self._resume()

    def _pause(self):
        self._pauses += 1
        self._connection.pause()

    def _resume(self):
        self._pauses -= 1
        if not self._pauses and not self._is_refused:
            self._connection.resume()

    def _refuse(self):
        self._is_refused, self._waiting = True, NOTHING
        self._connection.pause()
        self._connection.refuse()
