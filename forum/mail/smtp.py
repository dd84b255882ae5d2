"""Django's SMTP back end with a deadline for the whole session, not only for each read."""

import os
import smtplib
import socket
import time
from contextlib import suppress
from threading import Timer

from django.core.mail.backends import smtp
from django.core.mail.utils import DNS_NAME

from .messages import site_host

# Seconds per email, from DNS lookup to the last response; well below outbox.LEASE.
DEADLINE = 30


class EmailBackend(smtp.EmailBackend):
    def open(self):
        # The name for EHLO. Django would look up this machine's in DNS, without a time limit.
        DNS_NAME._fqdn = site_host()
        return super().open()

    @property
    def connection_class(self):
        plain = super().connection_class
        return type(plain.__name__, (WithDeadline, plain), {})


class WithDeadline(smtplib.SMTP):
    """Goes before smtplib.SMTP or SMTP_SSL."""

    _timer = None

    def _get_socket(self, host, port, timeout):
        began = time.monotonic()
        connected = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # private
        left = DEADLINE - (time.monotonic() - began)
        self._timer = Timer(max(left, 0), shut_down, [duplicated(connected)])
        self._timer.daemon = True
        self._timer.start()
        return connected

    def close(self):
        super().close()
        if self._timer:
            self._timer.cancel()
            (second,) = self._timer.args
            second.close()


def duplicated(connection):
    """A second socket for the same connection, still usable after TLS has wrapped the first."""
    return socket.socket(fileno=os.dup(connection.fileno()))


def shut_down(connection):
    with suppress(OSError):  # already closed
        connection.shutdown(socket.SHUT_RDWR)
