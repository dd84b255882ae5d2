"""The effect on readers of a mail server that accepts connections but never responds.

Compares the p99 of page loads without and after eight password resets; half of the pages are cached
and half rendered by Django.
"""

import re
import subprocess
import urllib.request
from http.cookiejar import CookieJar
from statistics import median
from urllib.parse import urlencode

from bench.floods import p99, times
from bench.report import record, title
from bench.site import prepared, serving
from tests.support.smtp_server import SmtpServer

ROUNDS, ASKING = 3, 8


def main():
    title("A mail server that hangs")
    with prepared() as address:
        from tests.support import world

        page = world.topic(world.member("ada"), world.category("Help")).get_absolute_url()
        port = int(address.rpartition(":")[2])
        rounds = [
            (readers(address, port, page), readers(address, port, page, ASKING))
            for _ in range(ROUNDS)
        ]
    quiet, beside = map(median, zip(*rounds, strict=True))
    figure = f"p99 of readers after {ASKING} forgotten passwords, mail server hung"
    record(figure, beside, "ms", reference=quiet, at_most=2, of_reference=True)


def readers(address, port, page, asking=0):
    with (
        SmtpServer(silent=True) as hung,
        serving(address, EMAIL_URL=hung.url, log=subprocess.DEVNULL),
    ):
        times(port, page)
        for number in range(asking):
            forget_password(address, f"member{number}@example.org")
        return p99(times(port, page))


def forget_password(address, email):
    form = f"{address}/accounts/password/reset/"
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', visitor.open(form).read().decode())[1]
    visitor.open(form, urlencode({"csrfmiddlewaretoken": token, "email": email}).encode()).close()


if __name__ == "__main__":
    main()
