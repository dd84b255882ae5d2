"""A member who posts over HTTP and keeps what was answered."""

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid

from django.conf import settings

from tests.browser.people import session_cookie


class Answered(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None  # where it leads is the answer


class Member:
    def __init__(self, user, address):
        self.address, self.session = address, session_cookie(user, address)["value"]
        self.csrf = self.cookie = None

    def prepare(self):
        """Fetches the forms' secret once."""
        page = self._open(f"{self.address}/profile/")
        self.csrf = (
            re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.read()).group(1).decode()
        )
        self.cookie = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"]).group(1)
        return self

    def replies(self, topic, text, token=None):
        """The address of the post that this made, or None where no answer came."""
        try:
            answer = self._open(f"{self.address}/t/{topic.pk}/replies/", self._form(text, token))
            return answer.headers["Location"]
        except urllib.error.HTTPError as error:
            if error.code == 302:
                return error.headers["Location"]
            raise
        except (OSError, http.client.HTTPException):
            return None

    def reads(self, address):
        """The page there, after redirects; "" if there is none, None after an error."""
        request = urllib.request.Request(
            urllib.parse.urljoin(self.address, address), headers=self._headers()
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as page:
                return page.read().decode()
        except urllib.error.HTTPError as error:
            return "" if error.code == 404 else None
        except (OSError, http.client.HTTPException):
            return None

    def sends(self, topic, text, token):
        """The connection on which a reply was sent; its answer can be waited for there."""
        line = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=30)
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", f"/t/{topic.pk}/replies/", self._form(text, token), headers)
        return line

    def _form(self, text, token):
        fields = {
            "csrfmiddlewaretoken": self.csrf,
            "body": text,
            "token": token or uuid.uuid4().hex,
        }
        return urllib.parse.urlencode(fields).encode()

    def _headers(self):
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={self.cookie or ''}"
        return {"Cookie": cookies, "Origin": self.address}

    def _open(self, url, data=None):
        request = urllib.request.Request(url, data, self._headers())
        return urllib.request.build_opener(Answered).open(request, timeout=30)
