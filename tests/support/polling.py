import time

DEADLINE = 60  # seconds, as the machine may be busy


def until(condition):
    """Waits for a condition, with a deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
