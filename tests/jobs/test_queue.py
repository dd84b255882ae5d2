"""Hints on their way to a worker, through the store of this column."""

import json
import signal
import threading
from types import SimpleNamespace

import pytest

from forum.cache import circuit_breaker
from forum.jobs import hints, queue, registry, running
from forum.jobs.workers import Workers, stop_before_server
from tests.support.polling import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ran(monkeypatch):
    """Names of jobs that ran; there are "one" and "other"."""
    names = []
    for name in ("one", "other"):
        monkeypatch.setitem(registry.JOBS, name, lambda name=name: names.append(name))
    monkeypatch.setattr("forum.jobs.workers.PERIODIC", {})
    queue.task.cache_clear()
    circuit_breaker.queue.record_success()
    queue.task().huey.storage.flush_queue()
    yield names
    running.stopping.clear()  # for the tests after it in this process
    circuit_breaker.queue.record_success()
    queue.task.cache_clear()


@pytest.fixture
def workers(ran):
    workers = Workers(2)
    workers.start()
    yield workers
    workers.stop(5)


def test_a_hint_reaches_a_worker(ran, workers):
    hints.enqueue("one")
    hints.enqueue("other")

    until(lambda: set(ran) == {"one", "other"})


def test_an_idle_worker_of_the_process_gets_hints_without_the_store(ran, workers, monkeypatch):
    store, stored = type(queue.task().huey.storage).__mro__[1], []
    enqueue = store.enqueue
    monkeypatch.setattr(store, "enqueue", lambda *given: (stored.append(given), enqueue(*given))[1])
    for n in range(20):  # a worker that is just asking the store is not idle
        queue.put("one")
        until(lambda n=n: len(ran) == n + 1)

    assert len(stored) < 20


def test_a_hint_that_comes_while_all_workers_are_busy_waits_in_the_store(ran, monkeypatch):
    may_end = threading.Event()
    monkeypatch.setitem(registry.JOBS, "slow", lambda: (ran.append("slow"), may_end.wait(30)))
    workers = Workers(1)
    workers.start()
    queue.put("slow")
    until(lambda: ran == ["slow"])
    queue.put("one")
    assert queue.task().huey.storage.queue_size() == 1
    may_end.set()

    until(lambda: ran == ["slow", "one"])
    workers.stop(5)


def test_without_redis_the_hint_goes_through_the_database_or_beside_it(ran, settings):
    settings.REDIS_URL = ""
    queue.task.cache_clear()
    queue.task().huey.storage.flush_queue()
    workers = Workers(1)
    workers.start()
    queue.put("one")

    until(lambda: ran == ["one"])
    workers.stop(5)


def test_many_hints_at_once_are_few(ran):
    for _ in range(1000):
        hints.enqueue("one")
    until(lambda: queue.task().huey.storage.queue_size())

    assert queue.task().huey.storage.queue_size() < 50


def test_a_failing_job_stops_no_worker(ran, workers, monkeypatch):
    monkeypatch.setitem(registry.JOBS, "one", lambda: 1 / 0)
    for _ in range(5):
        queue.put("one")
    queue.put("other")

    until(lambda: ran == ["other"])


@pytest.mark.parametrize(
    "written",
    [
        b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94.",
        b"not json",
        json.dumps(["1", "os.system", ["true"]]).encode(),
        json.dumps(["1", "forum.jobs.running.run_named", ["os.getcwd"]]).encode(),
        json.dumps(["1", "forum.jobs.running.run_named", [["one"]]]).encode(),
    ],
)
def test_what_others_write_into_the_store_runs_nothing(ran, workers, written):
    until(lambda: workers.consumer)
    queue.task().huey.storage.enqueue(written)
    queue.put("other")

    until(lambda: ran == ["other"])


def test_a_worker_that_stops_lets_what_runs_end(ran, monkeypatch):
    def slow():
        ran.append("began")
        running.stopping.wait(5)
        ran.append("ended")

    monkeypatch.setitem(registry.JOBS, "one", slow)
    workers = Workers(1)
    workers.start()
    queue.put("one")
    until(lambda: ran == ["began"])
    workers.stop(5)

    assert ran == ["began", "ended"]


def test_a_server_begins_to_stop_when_running_jobs_have_ended(ran, monkeypatch):
    def slow():
        ran.append("began")
        running.stopping.wait(30)
        ran.append("ended")

    monkeypatch.setitem(registry.JOBS, "one", slow)
    installed = []
    signals = SimpleNamespace(
        SIGTERM=signal.SIGTERM,
        SIGINT=signal.SIGINT,
        default_int_handler=signal.default_int_handler,
        getsignal=lambda number: lambda *_: ran.append("server"),
        signal=lambda number, handler: installed.append(handler),
    )
    monkeypatch.setattr("forum.jobs.workers.signal", signals)
    workers = Workers(1)
    workers.start()
    stop_before_server(workers)
    queue.put("one")
    until(lambda: ran == ["began"])
    installed[0](signal.SIGTERM, None)

    until(lambda: ran == ["began", "ended", "server"])
    installed[0](signal.SIGTERM, None)  # somebody can't wait
    assert ran[3:] == ["server"]


@pytest.mark.servers
def test_a_store_that_is_away_costs_no_request_anything_and_is_said_once(ran, settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    queue.task.cache_clear()

    assert [queue.put("one") for _ in range(3)] == [False] * 3
    assert len([line for line in caplog.messages if "The queue of jobs is away" in line]) == 1
