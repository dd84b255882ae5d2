"""Lingering close: after a refusal the connection is half-closed, and further input is discarded.

The kernel resets a connection that is closed with unread data, and a browser that is still sending
then shows its own error page instead of the response.
"""

from collections import Counter

from forum.serving.client_address import client_address, network_of

SECONDS, BYTES = 30, 16 * 2**20  # per connection, at most
OF_NETWORK = 20  # lingering connections per network and process; others are closed at once


class Lingering:
    """Discards the input of a connection until it is closed. Check `may_begin` first."""

    open: Counter = Counter()  # by network

    @classmethod
    def may_begin(cls, network):
        return cls.open[network] < OF_NETWORK

    def __init__(self, transport, network, loop):
        self._transport, self._network, self._left = transport, network, BYTES
        self.open[network] += 1
        self._timer = loop.call_later(SECONDS, transport.close)
        if transport.can_write_eof():
            transport.write_eof()  # after pending output

    def discard(self, data):
        self._left -= len(data)
        if self._left < 0:
            self._transport.close()

    def end(self):
        self._timer.cancel()
        self.open[self._network] -= 1
        if not self.open[self._network]:
            del self.open[self._network]


def network_at(client, headers):
    return network_of(client_address({"client": client, "headers": headers or ()}))
