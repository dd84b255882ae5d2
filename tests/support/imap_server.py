"""A mailbox that is read by IMAP4rev1 (RFC 3501): the few commands that the forum sends."""

import re
import socket
import ssl
import threading
from base64 import b64decode
from contextlib import suppress

STEP = re.compile(r"UID (SEARCH|FETCH|STORE)|(\w+)")


class ImapServer:
    """A context manager that runs the server; `url` is its IMAP_URL.

    mails: the raw mails of the mailbox; `seen` has the uids that are marked,
    `commands` each command and whether it came encrypted. answers: {command:
    status line} in place of OK, as in {"LOGIN": "NO Wrong password"}. silent: accept connections
    and never reply. before(command): called before each reply. tls: an SSLContext for imaps, or,
    if it is offered among `capabilities`, for STARTTLS.
    """

    def __init__(self, *mails, answers=(), silent=False, before=None, tls=None, capabilities=""):
        self.mails = dict(enumerate(mails, 1))
        self.seen, self.commands, self.connections = set(), [], []
        self.answers, self.silent, self.before, self.tls = dict(answers), silent, before, tls
        self.capabilities, self.starts_tls = capabilities, "STARTTLS" in capabilities
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.url = f"imap{'s' if tls and not self.starts_tls else ''}://forum:secret%40word@127.0.0.1:{port}/INBOX"

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
        with suppress(OSError):
            if self.tls and not self.starts_tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            connection.sendall(b"* OK ready\r\n")
            while command := self._answer(connection):
                if command == "STARTTLS":
                    connection = self.tls.wrap_socket(connection, server_side=True)
                if command == "LOGOUT":
                    return

    def _answer(self, connection):
        line = received(connection)
        if not line:
            return ""
        tag, rest = line.decode().strip().split(" ", 1)
        step = STEP.match(rest.upper())
        command = step[1] or step[2]
        self.commands.append((rest, isinstance(connection, ssl.SSLSocket)))
        if self.before:
            self.before(command)
        if command == "AUTHENTICATE":
            connection.sendall(b"+ \r\n")
            self.secret = b64decode(received(connection))
        status = self.answers.get(command, "OK done")
        data = self._data(command, rest) if status.startswith("OK") else b""
        connection.sendall(data + f"{tag} {status}\r\n".encode())
        return command

    def _data(self, command, rest):
        match command:
            case "CAPABILITY":
                return f"* CAPABILITY IMAP4rev1 {self.capabilities}\r\n".encode()
            case "SELECT":
                return b"* %d EXISTS\r\n" % len(self.mails)
            case "SEARCH":
                unseen = " ".join(str(uid) for uid in self.mails if uid not in self.seen)
                return f"* SEARCH {unseen}\r\n".encode()
            case "FETCH":
                return self._fetched(int(rest.split()[2]), rest)
            case "STORE":
                self.seen.add(int(rest.split()[2]))
        return b""

    def _fetched(self, uid, rest):
        raw = self.mails[uid]
        if "RFC822.SIZE" in rest:
            return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw))
        if "HEADER" in rest:
            raw = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(raw), raw)


def received(connection):
    """A line, read without a buffer that TLS could begin in; b"" at the end."""
    line = b""
    while not line.endswith(b"\n"):
        character = connection.recv(1)
        if not character:
            return b""
        line += character
    return line
