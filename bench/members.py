"""The time from submitting a post until the last of 3,000 signed-in members has received it."""

import http.client
import os
import re
import time
from statistics import median
from urllib.parse import urlencode

from bench.engine.contenders import FastPath
from bench.engine.files import allow_files
from bench.engine.forum import forum_with
from bench.report import record, title

MEMBERS, POSTS = 3000, 10


def main():
    allow_files(16_384)
    os.environ["RATE_POST"] = os.environ["RATE_WRITE"] = "100000/minute"
    with forum_with(MEMBERS) as forum, FastPath(forum) as parley:
        title(f"A post to {MEMBERS:,} members")
        pages = parley.open_pages(MEMBERS, topics=1)
        delays = [post(parley.port, forum, pages, number) for number in range(2, POSTS + 2)]
        pages.end()
        record(
            "form sent to heard by the last of them, median; NodeBB took 30.5 s",
            median(delays),
            "s",
            at_most=0.25,
        )
        record("the slowest post", max(delays), "s")


def post(port, forum, pages, change):
    """Post a reply; the seconds until all pages have it (the topic's change number `change`)."""
    server = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Cookie": f"sessionid={forum.sessions[0]}"}
    server.request("GET", f"/t/{forum.topic.pk}/reply/", headers=headers)
    form = server.getresponse()
    page, csrf = form.read().decode(), form.getheader("Set-Cookie").partition(";")[0]
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]
        for name in ("csrfmiddlewaretoken", "token")
    }
    headers["Cookie"] += f"; {csrf}"
    headers |= {
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"http://127.0.0.1:{port}/",
    }
    body = urlencode(fields | {"body": f"Tea number {change}, and " + "more of it " * 60})
    sent = time.monotonic()
    server.request("POST", f"/t/{forum.topic.pk}/replies/", body, headers)
    answer = server.getresponse()
    if answer.status != 302:
        raise SystemExit(f"The reply was refused: {answer.status}")
    while pages.heads()["heads"][forum.topic.pk] < change:
        if time.monotonic() - sent > 60:
            raise SystemExit("Not all pages received the post.")
    return time.monotonic() - sent


if __name__ == "__main__":
    main()
