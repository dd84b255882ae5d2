import os
import subprocess
import sys

import pytest

from forum.observability import multiprocess

pytestmark = pytest.mark.servers


def ended_process():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def names(folder):
    return {file.name for file in folder.iterdir()}


def test_levels_of_a_process_that_is_gone_go_with_it_and_its_counts_stay(tmp_path):
    gone, alive = ended_process(), os.getppid()
    for name in (f"gauge_livesum_{gone}.db", f"counter_{gone}.db", f"gauge_livesum_{alive}.db"):
        (tmp_path / name).touch()

    multiprocess.clean(tmp_path)
    assert names(tmp_path) == {f"counter_{gone}.db", f"gauge_livesum_{alive}.db"}


def test_when_none_is_left_all_begin_anew(tmp_path):
    (tmp_path / f"counter_{ended_process()}.db").touch()
    (tmp_path / f"histogram_{os.getpid()}.db").touch()  # of somebody else who had our number

    multiprocess.clean(tmp_path)
    assert names(tmp_path) == set()


def test_a_count_never_meets_a_full_disk(tmp_path):
    multiprocess.reserve(tmp_path)

    assert {file.stat().st_blocks * 512 >= multiprocess.SIZE for file in tmp_path.iterdir()} == {
        True
    }


def test_a_process_that_finds_the_disk_full_counts_for_itself(monkeypatch, tmp_path):
    monkeypatch.setenv(multiprocess.NAME, str(tmp_path))

    multiprocess.reserve(tmp_path / "missing")

    assert not multiprocess.is_enabled()


def test_any_process_answers_for_all(tmp_path):
    script = (
        "from forum.observability import multiprocess; multiprocess.prepare(); import django;"
        " django.setup(); from forum.observability import metrics;"
        " metrics.CHANGES.labels('created').inc(); input(); print(metrics.text().decode())"
    )
    environment = {**os.environ, "WEB_CONCURRENCY": "2", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    one, other = (
        subprocess.Popen(
            [sys.executable, "-c", "print(flush=True); " + script],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    )
    told = one.communicate("\n")[0], other.communicate("\n")[0]

    assert any('parley_changes_total{kind="created"} 2.0' in text for text in told)
