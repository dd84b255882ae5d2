"""HTTP connections that lose no request when their process ends, and wait for none for long."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from forum.serving.websockets import bounded

PATIENCE = 10  # seconds until the head of a request is there, also of one that opens a socket
LINGER = 2  # seconds; proxies let go of an idle connection after one (deploy/nginx.conf)


class Connection(HttpToolsProtocol):
    """When the process ends, uvicorn closes idle connections at once, and a POST that is just arriving on one of them
    is lost: the proxy can't know whether it was done. Ours still answer what comes, and say that it was the last.
    """

    ending = False  # the process, and so all connections, those that are not made yet as well
    deadline = None  # of the head that is awaited

    def connection_made(self, transport):
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc):
        super().connection_lost(exc)
        self._stop_waiting()

    def shutdown(self):
        Connection.ending = True
        self.timeout_keep_alive = LINGER
        if self.cycle is None or self.cycle.response_complete:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(LINGER, self.timeout_keep_alive_handler)
        elif not self.cycle.response_started:
            self.cycle.keep_alive = False

    def on_message_begin(self):
        super().on_message_begin()
        if not self.deadline:
            self._wait_for_head()

    def on_headers_complete(self):
        self._stop_waiting()
        super().on_headers_complete()
        if self.ending and self.cycle:
            self.cycle.keep_alive = False

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
            self.deadline = None
