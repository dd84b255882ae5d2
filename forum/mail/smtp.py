"""Django's SMTP back end with a deadline for the whole conversation, not just for each read."""

import os
import socket
import time
from contextlib import suppress
from threading import Timer

from django.core.mail.backends import smtp
from django.core.mail.utils import DNS_NAME

from .messages import site_host

# seconds for a mail, from looking for the server to its last word; well below outbox.LEASE
DEADLINE = 30


class EmailBackend(smtp.EmailBackend):
    def open(self):
        # the name to say hello with; Django asks DNS for this machine's, without an end
        DNS_NAME._fqdn = site_host()
        return super().open()

    @property
    def connection_class(self):
        plain = super().connection_class
        return type(plain.__name__, (WithDeadline, plain), {})


class WithDeadline:
    """For smtplib.SMTP and SMTP_SSL."""

    _timer = None

    def _get_socket(self, host, port, timeout):
        began = time.monotonic()
        made = super()._get_socket(host, port, timeout)
        left = DEADLINE - (time.monotonic() - began)
        self._timer = Timer(max(left, 0), cut, [another_end(made)])
        self._timer.daemon = True
        self._timer.start()
        return made

    def close(self):
        super().close()
        if self._timer:
            self._timer.cancel()
            self._timer.args[0].close()


def another_end(connection):
    """Of the same connection, which stays when TLS takes the socket."""
    return socket.socket(fileno=os.dup(connection.fileno()))


def cut(connection):
    with suppress(OSError):  # it has ended by itself
        connection.shutdown(socket.SHUT_RDWR)
