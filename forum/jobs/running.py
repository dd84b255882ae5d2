"""Runs one job in a worker thread, and closes its database connection afterwards."""

import logging
import threading

from django.db import DatabaseError, close_old_connections

from forum.db.timeouts import time_limit

from .registry import JOBS

logger = logging.getLogger(__name__)
TIMEOUT = 10  # seconds per database statement

# Set on shutdown; jobs that process many items check it between them.
stopping = threading.Event()


def run_named(name):
    if name in JOBS:
        run(JOBS[name], name)
    else:
        logger.warning("There is no job %r. Another release may have queued it.", name)


def run(function, name):
    """Run a job, and return the exception that it raised, or None."""
    close_old_connections()
    try:
        with time_limit(TIMEOUT):
            function()
    except DatabaseError as error:
        # No traceback: the next periodic run does the rest of the work.
        logger.warning("%s failed: %s", name, error)
        return error
    except Exception as error:
        logger.exception("%s failed.", name)
        return error
    finally:
        close_old_connections()
    return None
