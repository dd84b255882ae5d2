"""Somebody who visits a site over TLS, from an address of their own on the loopback network."""

import http.client
import json
import re
import ssl
import urllib.parse
import uuid
from contextlib import ExitStack
from typing import NamedTuple

from websockets.sync.client import connect

from tests.browser.people import session_cookie
from tests.support.polling import DEADLINE


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode()


class Visitor:
    def __init__(self, address, user=None, come_from="127.0.0.1"):
        self.address, self.cookies, self.sockets = address, {}, ExitStack()
        self.cookie = ""  # a whole header, in the place of these
        # the certificate is one that nobody signed
        self.trusting = ssl._create_unverified_context()
        host = urllib.parse.urlsplit(address)
        self.line = http.client.HTTPSConnection(
            host.hostname,
            host.port,
            timeout=30,
            context=self.trusting,
            source_address=(come_from, 0),
        )
        if user:
            prefix = "__Host-" if address.startswith("https") else ""
            self.cookies[f"{prefix}sessionid"] = session_cookie(user, address)["value"]

    def get(self, path, **headers):
        return self._ask("GET", path, None, headers)

    def post(self, path, fields, **headers):
        """Sends a form, with the secret of the last page that had one."""
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.secret, **fields})
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.address}
        return self._ask("POST", path, body, {**form, **headers})

    def uploads(self, name, content):
        """Sends a file as scripts do."""
        lines = [
            "--limit",
            f'Content-Disposition: form-data; name="file"; filename="{name}"',
            "",
            "",
        ]
        body = "\r\n".join(lines).encode() + content + b"\r\n--limit--\r\n"
        form = {"Content-Type": "multipart/form-data; boundary=limit", "Origin": self.address}
        return self._ask("POST", "/uploads/", body, {**form, "X-CSRFToken": self.secret})

    def opens_form(self, path, **headers):
        page = self.get(path, **headers)
        self.secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text).group(1)
        return page

    def replies(self, topic, body, token=None):
        """Through the form's address, where the server that answers tells the pages at once."""
        return self.post(
            f"/t/{topic.pk}/replies/", {"body": body, "token": token or uuid.uuid4().hex}
        )

    def opens_socket(self):
        cookies = {"Cookie": self._cookies()} if self.cookies else {}
        named = {"open_timeout": DEADLINE, "origin": self.address, "additional_headers": cookies}
        if self.address.startswith("https"):
            named["ssl"] = without_tickets()
        return self.sockets.enter_context(
            connect(self.address.replace("http", "ws", 1) + "/ws/", **named)
        )

    def leave(self):
        self.sockets.close()
        self.line.close()

    def _cookies(self):
        return self.cookie or "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _ask(self, method, path, body, headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies or self.cookie:
            named["Cookie"] = self._cookies()
        self.line.request(method, path, body, named)
        answer = self.line.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, value = re.match(r"([^=]+)=([^;]*)", cookie).groups()
            self.cookies[name] = value
        return Answer(answer.status, answer.headers, answer.read())


def without_tickets():
    """Trusts everybody, over TLS 1.2: in 1.3 the ticket of a session looks like something to read,
    and a client of websockets that has begun to read ends no more when its time is up."""
    context = ssl._create_unverified_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def answer(page, kind):
    """The next message of this kind."""
    while True:
        message = json.loads(page.recv(timeout=DEADLINE))
        if message["type"] == kind:
            return message


def watch(page, topic):
    page.send(
        json.dumps(
            {"type": "watch", "topic": topic.pk, "epoch": topic.epoch, "change": topic.change}
        )
    )
    return answer(page, "changes")
