"""Garbage collector settings for a process that holds many long-lived connections.

With Python's own thresholds (700, 10, 10) it looked at all 10,000 open pages again and again, and
everything stood still for 0.3 to 1 s. With 50,000 new objects between two collections, one of them
freed 25,000 objects at once under a flood of connections, which took 30 to 60 ms. With 2,000 a
collection takes 2 ms, and all that lives is looked at only once in 40 million new objects.
"""

import gc

# new objects, collections of the young, collections of the middle-aged
THRESHOLDS = (2_000, 20, 1_000)


def settle():
    """To be called once a process has loaded what it keeps for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
