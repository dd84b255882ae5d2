"""A push service, or any other web server, with configurable answers."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace


class PushReceiver:
    """A context manager that runs the service; `origin` is where it listens.

    answers: {path: (status, headers)}; 201 for others. A status of None is never answered.
    before(path): called before each answer. received: [SimpleNamespace(path, headers, body)].
    tls: an ssl.SSLContext for https.
    """

    def __init__(self, answers=(), before=None, tls=None):
        self.answers, self.before, self.received = dict(answers), before, []
        self.ended = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        self.origin = f"http{'s' if tls else ''}://{self.host}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def _handler(receiver):  # noqa: N805 - of the class below
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802 - http.server's name
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.received.append(
                    SimpleNamespace(path=self.path, headers=self.headers, body=body)
                )
                if receiver.before:
                    receiver.before(self.path)
                status, headers = receiver.answers.get(self.path, (201, {}))
                if status is None:
                    receiver.ended.wait(30)
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_arguments):
                pass

        return Handler
