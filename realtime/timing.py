"""How often a hub does what it does, and by what clock. Tests give a hub values of their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Timing:
    """All in seconds."""

    clock: Callable[[], float] = time.monotonic

    heartbeat_every: float = 25.0
    heartbeat_pulse: float = 1.0
    """Between two checks for pages that are due."""
    heartbeat_patience: float = 10.0
    """That a page may take to answer."""

    frame_every: float = 0.3
    """Between two frames for lists and news, or for reactions: four in a second at most."""
    gather: float = 0.01
    """That the deliveries of one change take to arrive for all its groups."""

    sweep_every: float = 10.0
    sweep_every_when_away: float = 2.0
    """While Redis is away: see layer_watchdog.py."""
    announcements_every: float = 10.0

    presence_pulse: float = 0.5
    """Between two checks of who writes."""
    readers_every: float = 2.0
    """Between two counts of the topics' readers."""
    online_every: float = 10.0
    """Between two counts of all who are online."""
    writing_lasts: float = 6.0
    """A writing mark; pages renew it every three."""
    gossip_every: float = 4.0
    gossip_silence: float = 12.0
    """Until a process that publishes nothing is forgotten."""

    echo_every: float = 2.0
    echo_silence: float = 10.0
    """During which Redis accepts messages but delivers none, before the hub resubscribes."""
    renew_every: float = 3600.0
    """The subscriptions, since the in-memory layer forgets members after a day."""
    restart_after: float = 1.0
    """Before a failed task is restarted."""
