"""Django's SMTP back end with a deadline for the whole session, not only for each read."""

import smtplib
import time

from django.core.mail.backends import smtp
from django.core.mail.utils import DNS_NAME

from forum.outbound.deadlines import Deadline

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

    _deadline = None

    def _get_socket(self, host, port, timeout):
        began = time.monotonic()
        connected = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # private
        self._deadline = Deadline(connected, DEADLINE - (time.monotonic() - began))
        return connected

    def close(self):
        super().close()
        if self._deadline:
            self._deadline.cancel()
