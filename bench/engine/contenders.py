"""Servers that send one event to all their pages: Parley's two variants and their competitors.

Each is a context manager that provides `port`, `pid`, `publish()` and `open_pages(count)`.
"""

import json
import os
import socket
import subprocess
import sys
import time

from bench.engine.pages import BUILT, HERE, Pages, compiled
from bench.site import ROOT, SERVER, free_port
from forum.serving.uvicorn_options import server_options

EVENT = {
    "type": "post_update",
    "t0": "0" * 20,
    "kind": "created",
    "topic": 1,
    "epoch": "k3f9",
    "post": {
        "id": 977,
        "number": 18,
        "author": "ines",
        "html": "<article>" + "Tea, always. " * 63 + "</article>",
    },
}


class Contender:
    """A program that publishes the event for each line on stdin."""

    pages = {}

    def __enter__(self):
        BUILT.mkdir(parents=True, exist_ok=True)
        self.port, environment = free_port(), os.environ | self.more()
        with (BUILT / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=environment,
            )
        wait_for_port(self.port, self.process)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    def more(self):
        return {}

    def publish(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def open_pages(self, count, topics=0):
        return Pages(self.port, count, topics=topics, **self.pages)


class SocketIO(Contender):
    name = "socket.io"
    pages = {"kind": "sio", "path": "/socket.io/?EIO=4&transport=websocket"}

    def command(self):
        if not (BUILT / "node_modules" / "socket.io").exists():
            install = [
                "npm",
                "install",
                "--prefix",
                BUILT,
                "--no-audit",
                "--no-fund",
                "--loglevel",
                "error",
            ]
            subprocess.run([*install, "socket.io@4"], check=True)
        return ["node", HERE / "references" / "socketio.cjs", str(self.port), event_file()]

    def more(self):
        return {"NODE_PATH": str(BUILT / "node_modules"), "NODE_ENV": "production"}


class Limit(Contender):
    name = "C loop"

    def command(self):
        return [compiled("limit"), str(self.port), event_file()]


class Textbook(Contender):
    name = "textbook Channels on daphne"

    def command(self):
        return [
            sys.executable,
            "-m",
            "bench.engine.references.textbook",
            str(self.port),
            event_file(),
        ]


class Parley(Contender):
    """The forum itself: members with sessions watch a topic, and another process publishes."""

    def __init__(self, forum, ws):
        self.forum, self.ws = forum, ws

    def command(self):
        options = json.dumps(server_options() | {"ws": self.ws})
        return [sys.executable, "-c", SERVER, "forum.asgi:application", str(self.port), options]

    def more(self):
        return {"REDIS_URL": self.forum.redis}

    @property
    def pages(self):
        return {"cookies": self.forum.sessions, "watches": self.forum.watches}

    def publish(self):
        self.forum.publish(f"{time.monotonic_ns():020}")


class FastPath(Parley):
    name = "Parley, fast path"

    def __init__(self, forum):
        super().__init__(forum, "realtime.connections.uvicorn_protocol:Protocol")


class Portable(Parley):
    name = "Parley, portable"

    def __init__(self, forum):
        super().__init__(forum, "websockets-sansio")


def event_file():
    (BUILT / "event.json").write_text(json.dumps(EVENT, separators=(",", ":")))
    return str(BUILT / "event.json")


def wait_for_port(port, process):
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
