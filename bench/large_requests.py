"""The cost of oversized requests: memory for cookies and bodies, and the p99 of readers."""

import http.client
import socket
import subprocess
from contextlib import ExitStack

from bench.floods import p99, times
from bench.processes import memory
from bench.report import record, title
from bench.site import prepared, serving

COOKIES, LONG = 1500, 8000  # requests; bytes of the cookie in each
BODIES = 200  # connections that send part of a body and wait


def main():
    title("Requests that are larger than they should be")
    with prepared() as address:
        from tests.support import world

        page = world.topic(world.member("ada"), world.category("Help")).get_absolute_url()
        port = int(address.rpartition(":")[2])
        with serving(address, log=subprocess.DEVNULL) as server:
            quiet = p99(times(port, page))
            before = memory(server.pid)
            send_long_cookies(port, page)
            cookies = memory(server.pid) - before
            before = memory(server.pid)
            with ExitStack() as held:
                for _ in range(BODIES):
                    held.enter_context(incomplete_body(port))
                beside = p99(times(port, page))
                bodies = memory(server.pid) - before
    record(f"memory for {COOKIES:,} long theme cookies", cookies, "MiB", at_most=64)
    record(f"memory for {BODIES} bodies that do not come", bodies, "MiB", at_most=64)
    record(
        "p99 of readers beside them", beside, "ms", reference=quiet, at_most=2, of_reference=True
    )


def send_long_cookies(port, page):
    line = http.client.HTTPConnection("127.0.0.1", port)
    for number in range(COOKIES):
        line.request("GET", page, headers={"Cookie": f"theme={'x' * LONG}{number}"})
        line.getresponse().read()
    line.close()


def incomplete_body(port):
    line = socket.create_connection(("127.0.0.1", port))
    head = (
        f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length:"
        " 1000000\r\n\r\n"
    )
    line.sendall(head.encode() + b"x" * 100_000)
    return line


if __name__ == "__main__":
    main()
