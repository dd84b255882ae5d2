"""A full disk: an error page gives the text back, and everything works once there is room."""

import os
import sqlite3
import subprocess
import threading

import pytest

from tests.faults.visitors import Visitor
from tests.support import separate_process
from tests.support.server import Server

pytestmark = pytest.mark.once  # the database of these is their own

TEXT = "Tea & <b>cake</b> " * 500


@pytest.fixture
def small_disk(tmp_path):
    """20 MB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(tmp_path)]
    if os.getuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_on_a_full_disk_a_form_comes_back_with_its_text_and_nothing_breaks(small_disk, collected):
    url = f"sqlite:///{small_disk}/parley.sqlite3"
    made = separate_process.forum_in(url)
    server = Server("uvicorn", DATABASE_URL=url, STATIC_ROOT=collected).start()
    ada, topic = Visitor(server.address, made["session"]).fetches_form("/profile/"), made["topic"]

    fill(small_disk / "film")
    refusals = [ada.replies(topic, TEXT) for _ in range(8)]
    pages = [
        ada.gets(f"/t/{topic}-tea-or-coffee/"),
        ada.gets("/"),
        Visitor(server.address).gets(f"/t/{topic}/"),
    ]
    (small_disk / "film").unlink()
    accepted = ada.replies(topic, TEXT)
    server.stop()

    assert refusals[-1].status == 503
    assert refusals[-1].headers["Retry-After"]
    assert "Tea &amp; &lt;b&gt;cake&lt;/b&gt;" in refusals[-1].text
    assert [page.status for page in pages] == [200, 200, 302]
    assert accepted.status == 302
    with sqlite3.connect(small_disk / "parley.sqlite3") as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (numbers,) = file.execute("SELECT max(number) FROM forum_post").fetchone()
    assert numbers == 2 + sum(refusal.status == 302 for refusal in refusals)


def fill(path):
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def test_a_long_write_lock_on_sqlite_keeps_nobody_from_reading(tmp_path, collected):
    url = f"sqlite:///{tmp_path}/parley.sqlite3"
    made = separate_process.forum_in(url)
    server = Server("uvicorn", DATABASE_URL=url, STATIC_ROOT=collected).start()
    ada = Visitor(server.address, made["session"])

    writer = sqlite3.connect(
        tmp_path / "parley.sqlite3", isolation_level=None, check_same_thread=False
    )
    writer.execute("BEGIN IMMEDIATE")
    lets_go = threading.Timer(10, writer.rollback)
    lets_go.start()
    page = ada.gets(f"/t/{made['topic']}-tea-or-coffee/")
    still_held = writer.in_transaction
    lets_go.cancel()
    writer.close()
    server.stop()

    assert page.status == 200
    assert still_held
