"""Django in threads of its own."""

import threading

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from forum.serving.handler import THREADS, Handler
from tests.serving.visitors import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
used = set()


def count(request):
    used.add(threading.current_thread().name)
    return HttpResponse("counted")


urlpatterns = [
    path("count/", count),
    path("stream/", lambda request: StreamingHttpResponse(iter(["one ", "two"]))),
    path("broken/", lambda request: 1 / 0),
]
handler500 = "forum.views.errors.broken"


@pytest.fixture
def visitor():
    with override_settings(ROOT_URLCONF=__name__):
        yield Visitor(Handler())


def test_however_many_ask_the_same_few_threads_answer(visitor):
    for _ in range(THREADS * 3):
        assert visitor.gets("/count/").text == "counted"

    assert len(used) <= THREADS
    assert all(name.startswith("page") for name in used)


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_streams_come_whole(visitor):
    assert visitor.gets("/stream/").text == "one two"


def test_what_breaks_is_told_politely(visitor):
    answer = visitor.gets("/broken/")

    assert answer.status == 500
    assert "Something went wrong" in answer.text
