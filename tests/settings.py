"""The forum's own settings, with what a test run must not wait for made quick. Databases and Redis
are real ones.
"""

import os
import tempfile

os.environ.setdefault(
    "SECRET_KEY", "a-secret-for-tests-only-that-is-long-enough-to-be-accepted-anywhere"
)
# see columns.py: each worker has its own
if servers := os.environ.get("REDIS_SERVERS", "").split():
    os.environ["REDIS_URL"] = servers[
        int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ]

from forum.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # a file, so that servers started by tests and threads see the same rows
    file = f"{tempfile.gettempdir()}/parley-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": file}  # noqa: F405
# Servers that tests start store files where these look for them, and each worker deletes its own.
TEST_FILES = os.environ.setdefault("TEST_FILES", str(os.getpid()))
UPLOADS_ROOT = os.environ.get(
    "UPLOADS_ROOT",
    f"{tempfile.gettempdir()}/parley-test-uploads-{TEST_FILES}"
    + os.environ.get("PYTEST_XDIST_WORKER", ""),
)
STORAGES["uploads"]["OPTIONS"]["location"] = UPLOADS_ROOT  # noqa: F405
RATES = {name: rate if "sign_in" in name else "10000/minute" for name, rate in RATES.items()}  # noqa: F405
JOB_THREADS = int(os.environ.get("JOB_THREADS", "0"))  # a test that wants jobs to run says so
EDIT_GRACE_MINUTES = 0  # tests edit what was just written; those of the grace period set one
