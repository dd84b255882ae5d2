"""A browser without scripts, as an HTTP client: keeps cookies, sends forms, never redirects."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import NamedTuple

from django.conf import settings


class Answer(NamedTuple):
    status: int
    headers: dict
    text: str


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None  # where it leads is the answer


class Visitor:
    """session: the session key of a member; without one it is a guest."""

    def __init__(self, address, session=None):
        self.address, self.session, self.csrf = address, session, ""
        self.cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(Stay, self.cookies)

    def gets(self, path, **headers):
        if self.session:
            headers["Cookie"] = (
                f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={self._csrf_cookie()}"
            )
        return self._ask(urllib.request.Request(self.address + path, headers=headers))

    def fetches_form(self, path):
        """Reads the page with a form, for the secret in it."""
        page = self.gets(path)
        self.csrf = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page.text).group(1)
        return self

    def posts(self, path, **fields):
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": self.csrf, **fields}).encode()
        headers = {"Origin": self.address}
        if self.session:
            headers["Cookie"] = (
                f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={self._csrf_cookie()}"
            )
        return self._ask(urllib.request.Request(self.address + path, data, headers))

    def replies(self, topic, text, token=None):
        """`topic` is an id."""
        return self.posts(f"/t/{topic}/replies/", body=text, token=token or uuid.uuid4().hex)

    def signs_in(self, name, password):
        return self.posts("/accounts/login/", login=name, password=password)

    def _csrf_cookie(self):
        return next(
            (cookie.value for cookie in self.cookies.cookiejar if cookie.name == "csrftoken"), ""
        )

    def _ask(self, request):
        try:
            with self.opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode())
