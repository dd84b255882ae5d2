"""Several people at the same moment: each in a thread, with a database connection, and released by one barrier."""

import threading

from django.db import connection


def at_once(*acts):
    """Calls all of them at once. Returns what each returned, in this order; raises the first error that one raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            barrier.wait(20)
            results[place] = act()
        except Exception as error:  # noqa: BLE001 - raised again below, in the test's own thread
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=both) for both in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
