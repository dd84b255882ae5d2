"""A mail server with configurable replies, which stores the messages it accepts."""

import email
import socket
import threading
from contextlib import suppress


class SmtpServer:
    """A context manager that runs the server; `url` is its EMAIL_URL.

    answers: {command: reply} in place of the usual replies, as in {"RCPT": "550 Nobody here"}; ""
    is the greeting, "." the reply to a message. silent: accept connections and never reply.
    before(command), after(command): called around each reply.
    """

    def __init__(self, answers=(), silent=False, before=None, after=None):
        self.answers, self.silent, self.before, self.after = dict(answers), silent, before, after
        self.taken, self.connections = [], []  # messages accepted with 250, or about to be
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.listener.shutdown(socket.SHUT_RDWR)  # or the waiting thread would hold it open
        self.listener.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                self.connections.append(connection)
                if not self.silent:
                    threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection):
        with suppress(OSError), connection.makefile("rb") as lines:
            self._reply(connection, "", "220 ready")
            for line in lines:
                command = line.decode().split(maxsplit=1)[0].strip().upper()
                self._reply(connection, command, "354 go on" if command == "DATA" else "250 fine")
                if command == "DATA" and "DATA" not in self.answers:
                    text = b"".join(iter(lines.readline, b".\r\n"))
                    self.taken.append(email.message_from_bytes(text))
                    self._reply(connection, ".", "250 taken")
                if command == "QUIT":
                    connection.shutdown(socket.SHUT_RDWR)

    def _reply(self, connection, command, usual):
        if self.before:
            self.before(command)
        connection.sendall(f"{self.answers.get(command, usual)}\r\n".encode())
        if self.after:
            self.after(command)
