"""The forum with a sweep every second instead of every ten.

What the process of the tests writes reaches the pages of a server without Redis by the sweep alone.
Serve it with `daphne tests.support.swift_sweeps:application`.
"""

from functools import partial

from forum.asgi import application
from realtime.hub import hub
from realtime.timing import Timing

__all__ = ["application"]

hub.Timing = partial(Timing, sweep_every=1.0, announcements_every=1.0)
