"""What a mail server runs for each mail, as the process it is."""

import os
import sqlite3
import subprocess
import sys

import pytest

from forum.incoming.models import MAX_SIZE
from tests.importing import mails
from tests.support.separate_process import forum_in
from tests.support.server import ROOT

pytestmark = [pytest.mark.servers, pytest.mark.once]


def receive(raw, database):
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "PYTHON": sys.executable,
    }
    return subprocess.run(
        ["deploy/receive-mail"],
        input=raw,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def test_a_mail_is_stored_refused_or_left_to_the_mail_server(tmp_path):
    database = tmp_path / "forum.sqlite3"
    forum_in(f"sqlite:///{database}")

    stored = receive(mails.mail("x" * (MAX_SIZE - 1000)), database)
    assert (stored.returncode, stored.stderr) == (0, b"")
    too_large = receive(mails.mail("x" * MAX_SIZE), database)
    assert too_large.returncode == os.EX_DATAERR
    assert b"larger than" in too_large.stderr
    assert receive(b"\n", database).returncode == os.EX_DATAERR
    assert receive(mails.mail(), tmp_path / "none.sqlite3").returncode == os.EX_TEMPFAIL
    assert receive(mails.mail(), "/nowhere/at/all").returncode == os.EX_TEMPFAIL

    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT sender, subject FROM incoming_incomingmail").fetchall()
    assert found == [("ines@example.org", "Kites")]
