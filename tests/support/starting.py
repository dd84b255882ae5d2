"""Notes what the running test starts: a server, or another process. Only a test marked `servers`
may do that, since `make quick` is to need none of them.
"""

import sys
from multiprocessing import util

import pytest

STARTING = {"socket.bind", "subprocess.Popen", "os.fork", "os.posix_spawn"}
seen = []


def install():
    spawn = util.spawnv_passfds

    def noted(path, *arguments):
        seen.append("multiprocessing")
        return spawn(path, *arguments)

    util.spawnv_passfds = noted  # Python reports no event for this one
    sys.addaudithook(lambda event, _arguments: event in STARTING and seen.append(event))


def refuse(item):
    """Fails the test if it, or a fixture of it, started something without the mark."""
    if seen and not item.get_closest_marker("servers"):
        pytest.fail(f"It starts a server or a process ({seen[0]}): mark it with `servers`.")
