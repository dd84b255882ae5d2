import json

import pytest
import structlog

from forum.serving.handler import Handler
from forum.serving.ingress import Ingress
from forum.serving.page_cache import PageCache
from forum.serving.request_log import RequestLog, marks
from tests.serving.visitors import Visitor


def application(status=200, seconds=0.0, **noted):
    """A page of five bytes."""

    async def page(scope, receive, send):
        marks(scope).update(noted)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"Hello"})

    return RequestLog(page)


def lines_of(path, to, **headers):
    """(the answer, what was written into the log) of one request to an application."""
    with structlog.testing.capture_logs() as lines:
        answer = Visitor(to, **headers).gets(path)
    return answer, lines


def test_each_request_has_one_line_that_says_what_was_asked_and_answered():
    answer, (line,) = lines_of("/t/12-tea/", to=application(user=7))

    assert {name: line[name] for name in ("method", "path", "status", "bytes", "user")} == {
        "method": "GET",
        "path": "/t/12-tea/",
        "status": 200,
        "bytes": 5,
        "user": 7,
    }
    assert line["ms"] >= 0
    assert len(answer.headers["x-request-id"]) == 16


def test_a_request_is_called_as_a_trusted_proxy_calls_it(settings):
    settings.TRUSTED_PROXIES = 1
    answer, _lines = lines_of("/", to=application(), x_request_id="a-name-from-nginx")

    assert answer.headers["x-request-id"] == "a-name-from-nginx"


@pytest.mark.parametrize(
    ("proxies", "name"),
    [(0, "a-name-from-nginx"), (1, "short"), (1, "x" * 65), (1, 'a"name\nwith lines')],
)
def test_names_of_strangers_and_strange_names_are_not_taken(settings, proxies, name):
    settings.TRUSTED_PROXIES = proxies
    answer, _lines = lines_of("/", to=application(), x_request_id=name)

    assert answer.headers["x-request-id"] != name


def test_a_kept_page_has_no_line_unless_it_fails():
    assert (lines_of("/", to=application(cached=True)))[1] == []
    assert (lines_of("/", to=application(cached=True, status=500)))[1] != []


def test_marks_reach_the_log_through_what_is_between(transactional_db, topic, ada):
    pages = RequestLog(Ingress(PageCache(Handler())))

    _page, (made,) = lines_of(topic.get_absolute_url(), to=pages)
    _page, kept = lines_of(topic.get_absolute_url(), to=pages)
    with structlog.testing.capture_logs() as lines:
        Visitor(pages, ada).gets(topic.get_absolute_url())

    assert (made["user"], kept) == (None, [])
    assert [line["user"] for line in lines if line["event"] == "request"] == [ada.pk]


@pytest.mark.parametrize(
    "path", ["/accounts/password/reset/key/3-secret/", "/accounts/confirm-email/secret/"]
)
def test_what_would_let_a_reader_in_is_not_written_down(path):
    _answer, (line,) = lines_of(path, to=application())

    assert "secret" not in json.dumps(line)
    assert line["path"].startswith(path.partition("secret")[0].rstrip("3-"))


def test_a_page_that_breaks_has_its_line_too():
    async def broken(scope, receive, send):
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as lines, pytest.raises(ZeroDivisionError):
        Visitor(RequestLog(broken)).gets("/")
    assert lines[0]["status"] == 500


def test_a_line_of_a_member_says_whose_it_is(transactional_db, ada):
    with structlog.testing.capture_logs() as lines:
        Visitor(RequestLog(Handler()), ada).gets("/profile/")

    assert [line["user"] for line in lines if line["event"] == "request"] == [ada.pk]
