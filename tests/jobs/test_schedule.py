"""Periodic jobs: one process at a time, again after a kill, and not confused by a clock that
jumps.
"""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from forum.jobs import registry
from forum.jobs.models import LEASE, Run
from forum.jobs.workers import run_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(monkeypatch):
    """What ran; the only job there is runs daily. `done.fails` makes it fail."""

    class Done(list):
        fails = None

    ran = Done()

    def daily():
        ran.append(timezone.now())
        if ran.fails:
            raise ran.fails

    monkeypatch.setattr(registry, "PERIODIC", {})
    monkeypatch.setattr(
        "forum.jobs.workers.PERIODIC", {"daily": registry.Periodic(daily, timedelta(days=1))}
    )
    return ran


def let_pass(**time):
    for run in Run.objects.all():
        Run.objects.update(
            due_at=run.due_at - timedelta(**time), began_at=run.began_at - timedelta(**time)
        )


def test_it_runs_at_first_and_then_each_day(done):
    run_due()
    run_due()
    assert len(done) == 1

    let_pass(hours=23, minutes=59)
    run_due()
    assert len(done) == 1

    let_pass(minutes=2)
    run_due()
    assert len(done) == 2


def test_of_two_processes_one_runs_it(done):
    run_due()
    let_pass(days=2)
    assert Run.objects.claim("daily", timedelta(days=1))
    run_due()

    assert len(done) == 1


def test_after_a_kill_it_runs_again_soon(done):
    Run.objects.claim("daily", timedelta(days=1))  # and nothing more was heard of that process
    run_due()
    assert len(done) == 0

    let_pass(seconds=LEASE.total_seconds() + 1)
    run_due()
    assert len(done) == 1


@pytest.mark.parametrize("error", [ValueError("odd"), OperationalError("busy")])
def test_what_failed_is_said_and_tried_again_soon(done, error):
    done.fails = error
    run_due()
    assert Run.objects.get().error == str(error)

    done.fails = None
    let_pass(seconds=LEASE.total_seconds() + 1)
    run_due()
    assert len(done) == 2
    assert Run.objects.get().error == ""


def test_a_clock_that_was_set_back_stops_nothing(done):
    run_due()
    let_pass(hours=-30)
    run_due()

    assert len(done) == 2


def test_looking_writes_nothing_while_nothing_is_due(done, django_assert_num_queries):
    run_due()
    with django_assert_num_queries(1):
        run_due()
