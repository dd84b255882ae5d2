"""What stands in the log of a real site, each in a process of its own that writes it."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.support.deployment import PRODUCTION
from tests.test_settings import ROOT, start

pytestmark = pytest.mark.servers

BEGIN = (
    "import logging, django, structlog; django.setup();"
    " structlog.contextvars.bind_contextvars(request='r1'); "
)


def written(script, **environment):
    return start(
        ["-c", BEGIN + script], DJANGO_SETTINGS_MODULE="forum.settings", **environment
    ).stderr.splitlines()


def test_lines_of_other_libraries_are_json_with_time_level_and_request():
    (line,) = map(
        json.loads,
        written("logging.getLogger('some.library').warning('Tea for %s', 'two')", **PRODUCTION),
    )

    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "Tea for two",
        "level": "warning",
        "request": "r1",
        "logger": "some.library",
    }


def test_a_traceback_is_one_field_of_one_line():
    script = "\ntry: 1 / 0\nexcept ZeroDivisionError: logging.getLogger('forum').exception('Oh')"
    (line,) = map(json.loads, written(script, **PRODUCTION))

    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ZeroDivisionError: division by zero")


def test_nobody_forges_a_line():
    script = (
        r"logging.getLogger('forum').warning('who\nERROR forged\r\nERROR forged'); "
        r"structlog.get_logger().warning('who', path='/x\nERROR forged')"
    )
    assert len(written(script, **PRODUCTION)) == 2
    assert len(written(script, DEBUG="1")) == 2


def test_a_line_of_django_keeps_the_secrets_of_its_path():
    script = (
        "logging.getLogger('django.request').error('Broken:"
        " /accounts/password/reset/key/3-secret/')"
    )
    (line,) = written(script, **PRODUCTION)

    assert "secret" not in line


def test_while_the_database_is_away_a_page_costs_one_line_without_traceback():
    script = (
        "from django.db import OperationalError\n"
        "try: raise OperationalError('nobody there')\n"
        "except OperationalError: logging.getLogger('django.request').exception('Broken: /')"
    )
    (line,) = map(json.loads, written("\n" + script, **PRODUCTION))

    assert line["event"] == "Broken: / (nobody there)"
    assert "exception" not in line


def test_the_parent_of_the_processes_writes_the_same_lines(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        command = [sys.executable, "-m", "forum.serving.supervisor", str(number)]
        settings = {
            **os.environ,
            **PRODUCTION,
            "DJANGO_SETTINGS_MODULE": "forum.settings",
            "STATIC_ROOT": str(tmp_path),
        }
        parent = subprocess.Popen(
            command, cwd=ROOT, env=settings, pass_fds=[number], stderr=subprocess.PIPE, text=True
        )
        said = []
        for line in parent.stderr:
            said.append(line)
            if "Started server process" in line:
                parent.terminate()
        parent.wait()

    said = [json.loads(line) for line in said]
    assert {"time", "level", "logger", "event"} <= set(said[0])
    assert said[0]["event"].startswith("Started parent process")
    assert said[-1]["event"].startswith("Stopping parent process")


def test_what_django_refuses_is_a_line_without_a_traceback():
    script = (
        "from django.core.exceptions import TooManyFieldsSent\ntry: raise TooManyFieldsSent('too"
        " many')\nexcept TooManyFieldsSent:"
        " logging.getLogger('django.security.TooManyFieldsSent').exception('too many')"
    )
    (line,) = map(json.loads, written("\n" + script, **PRODUCTION))

    assert line["event"] == "too many"
    assert "exception" not in line
