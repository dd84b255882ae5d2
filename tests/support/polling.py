import time

DEADLINE = 60  # seconds, as the machine may be busy


def until(condition):
    """Waits until `condition()` is true; fails after DEADLINE."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"{condition} did not become true in {DEADLINE} s"
        time.sleep(0.05)
