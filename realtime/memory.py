"""Python's garbage collector, told that open pages are no garbage."""

import gc
from functools import cache

OFTEN = (50_000, 50, 100)  # measured: with the usual (700, 10, 10) all pages stood still for 0.3 to 1 s at 10,000


@cache
def settle():
    """To be called once a process has loaded what it keeps for good; a second call does nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*OFTEN)
