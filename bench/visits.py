"""Requests for measuring a forum: pages, replies by form, sign-in; and their numbers of queries."""

import re
import uuid
from itertools import cycle
from urllib.request import Request, urlopen

from bench.crowd import PASSWORD
from bench.load import get, post

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
TRANSACTION = ("BEGIN", "COMMIT")


def pages(crowd):
    """Our pages: {name: [path, …]}; several paths are requested in turn."""
    from forum.models import Post

    topic, short = crowd["long"].get_absolute_url(), crowd["short"].get_absolute_url()
    last = crowd["long"].last_number // 20
    post = Post.objects.get(topic=crowd["long"], number=crowd["long"].last_number // 2)
    return {
        "latest": ["/"],
        "category": [crowd["long"].category.get_absolute_url()],
        "topic": [short],
        "topic, first of many pages": [topic],
        "topic, last of many pages": [f"{topic}?page={last}"],
        "topic, pages in turn": [f"{topic}?page={page}" for page in range(2, last)],
        "permalink": [post.get_absolute_url()],
        "member page": [crowd["ada"].get_absolute_url()],
    }


def cookie_of(user):
    from tests.browser.people import session_cookie

    cookie = session_cookie(user, "")
    return f"{cookie['name']}={cookie['value']}"


def page_requests(paths, cookie="", etag=b""):
    return cycle([get(path, cookie, etag) for path in paths])


def reply_requests(address, form, path, cookies, texts):
    """Endless requests that post replies with new tokens, from the members with these cookies.

    `form` is the path of the form, `path` that of its target. Contains our fields and machina's.
    """
    senders = [_form(address, form, cookie) for cookie in cookies]
    for (csrf, cookie), text in zip(cycle(senders), cycle(texts), strict=False):
        fields_of_both = {
            "token": uuid.uuid4().hex,
            "body": text,
            "subject": "Re: A discussion",
            "content": text,
        }
        yield post(path, {"csrfmiddlewaretoken": csrf} | fields_of_both, cookie)


def sign_in_requests(address):
    csrf, cookie = _form(address, "/accounts/login/", "")
    return cycle([post("/accounts/login/", _credentials() | {"csrfmiddlewaretoken": csrf}, cookie)])


def _credentials():
    return {"login": "ada", "password": PASSWORD}


def _form(address, path, cookie):
    """(CSRF token of a form, cookies to send with it)."""
    with urlopen(Request(address + path, headers={"Cookie": cookie})) as answer:  # noqa: S310
        token = TOKEN.search(answer.read().decode())[1]
        new = [header.partition(";")[0] for header in answer.headers.get_all("Set-Cookie", [])]
    return token, "; ".join(filter(None, [cookie, *new]))


def all_queries(pages, crowd, cookie):
    """The number of queries of everything, when repeated: {viewer: {name: number}}."""
    busy, text = crowd["busy"], crowd["texts"][9]
    guest, member = _queries(pages), _queries(pages, cookie)
    member["reply"] = _count_queries(
        f"/t/{busy.pk}/replies/", cookie, lambda: {"body": text, "token": uuid.uuid4().hex}
    )
    guest["sign-in"] = _count_queries("/accounts/login/", "", _credentials)
    return {"guest": guest, "member": member}


def _queries(pages, cookie=""):
    return {name: _count_queries(paths[0], cookie) for name, paths in pages.items()}


def _count_queries(path, cookie, fields=None):
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    for _attempt in range(2):
        # A new client, or the second sign-in would already be signed in.
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies.load(cookie)
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(path, fields()) if fields else client.get(path, follow=True)
    if answer.status_code != (302 if fields else 200):
        raise SystemExit(f"The forum responded with {answer.status_code} to {path}")
    return sum(not str(query["sql"]).startswith(TRANSACTION) for query in captured)
