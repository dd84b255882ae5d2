"""One mail costs the budget of one mail at most, and no other mail."""

import contextlib
import signal
import subprocess
import sys
import time

import pytest

from forum.importing import converter
from forum.importing.cpu_budget import OutOfTime, cpu_budget
from tests.importing import mails
from tests.importing.hostile_mails import HOSTILE

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_becomes_a_post_within_its_budget(name, settings):
    # no machine is so slow that these would take it; what they took before is above
    settings.IMPORT_CPU_SECONDS = 20

    assert isinstance(converter.convert(mails.raw(HOSTILE[name])), converter.Draft)


def test_what_takes_longer_is_stopped():
    with pytest.raises(OutOfTime), cpu_budget(0.05, False):
        spin()


def test_what_takes_less_is_not():
    with cpu_budget(20, False):
        done = sum(range(1000))

    assert done == 499_500


def test_a_mail_that_takes_too_long_is_left_out_and_named(settings, monkeypatch):
    settings.IMPORT_CPU_SECONDS = 0.05
    monkeypatch.setattr(converter.messages, "parse", spin)

    failure = converter.convert(mails.raw(mails.mail()))

    assert failure == converter.Failure(
        mails.SEPARATOR.decode(), "it took more than 0.05 seconds of CPU time"
    )


def spin(raw=None):
    while True:
        with contextlib.suppress(Exception):  # as some libraries do
            time.process_time()


def test_a_process_that_no_signal_stops_is_ended():
    code = (
        "from forum.importing.cpu_budget import cpu_budget\nwith cpu_budget(0.1, True):"
        " sum(range(10**15))"
    )

    assert (
        subprocess.run([sys.executable, "-c", code], check=False, timeout=100).returncode
        == -signal.SIGXCPU
    )
