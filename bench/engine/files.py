"""Raises the limit on open files, which includes sockets."""

import resource


def allow_files(number):
    """Allow processes started from now on `number` open files. Raises SystemExit."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < number:
        raise SystemExit(
            f"This needs {number} open files, but the limit is {hard}. Try: ulimit -Hn {number}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
