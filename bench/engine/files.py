"""Sockets are files."""

import resource


def allow_files(number):
    """Processes started from here on may have as many open files."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < number:
        raise SystemExit(
            f"This needs {number} open files and may have {hard}. Try: ulimit -Hn {number}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
