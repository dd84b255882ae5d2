"""Runs one job in a worker thread, and closes its database connection afterwards."""

import logging
import threading

from django.db import DatabaseError, close_old_connections

from forum.db.timeouts import time_limit

from .registry import JOBS

logger = logging.getLogger(__name__)
PATIENCE = 10  # seconds for each answer of the database

# set when this process ends: a job that does one thing after another stops in between
stopping = threading.Event()


def run_named(name):
    if name in JOBS:
        run(JOBS[name], name)
    else:
        logger.warning("There is no job %r. Another release may have asked for it.", name)


def run(function, name):
    """The exception that it failed with, or None."""
    close_old_connections()
    try:
        with time_limit(PATIENCE):
            function()
    except DatabaseError as error:
        # what it had to do is found again by the next sweep
        logger.warning("%s failed: %s", name, error)
        return error
    except Exception as error:
        logger.exception("%s failed.", name)
        return error
    finally:
        close_old_connections()
    return None
