"""Opens the server's listening socket, or takes over an inherited one."""

import os
import socket
import stat

LAST_PORT = 65535


def bound(address):
    """A listening socket for "127.0.0.1:8000", "[::1]:8000" or "unix:/run/parley.sock".

    Raises ValueError for an invalid address, OSError if it can't be bound.
    """
    if address.startswith("unix:"):
        return at_path(address.removeprefix("unix:"))
    host, _colon, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"{address!r} is not an address; use HOST:PORT or unix:PATH.")
    if int(port) > LAST_PORT:
        raise ValueError(f"port {port} is out of range; the last one is {LAST_PORT}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("[]"), int(port)), family=family)


def at_path(path):
    listener = socket.socket(socket.AF_UNIX)
    if is_abandoned(path):
        os.unlink(path)
    listener.bind(path)
    os.chmod(path, 0o666)  # noqa: S103 - access is controlled by the directory
    listener.listen()
    return listener


def is_abandoned(path):
    """Whether the path is a socket that a killed server left behind."""
    if not os.path.exists(path) or not stat.S_ISSOCK(os.stat(path).st_mode):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) != 0


def inherited(fd):
    """The socket inherited as file descriptor `fd`, for example from systemd. Raises OSError."""
    return socket.socket(fileno=fd)
