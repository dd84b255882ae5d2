import subprocess
import sys

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    check_password,
    identify_hasher,
    make_password,
)

import forum.settings
from tests.support import world

pytestmark = pytest.mark.once

MIB = 1024  # KiB, which Linux counts in

EIGHT_AT_ONCE = """
import resource
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

settings.configure(PASSWORD_HASHERS=["forum.accounts.passwords.PasswordHasher"])

from django.contrib.auth.hashers import check_password, make_password

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

kept = make_password("a good long password")
before = peak()
with ThreadPoolExecutor(8) as strangers:
    list(strangers.map(lambda n: {act}, range(24)))
print(peak() - before)
"""


@pytest.fixture(autouse=True)
def real_hashers(settings):
    settings.PASSWORD_HASHERS = forum.settings.PASSWORD_HASHERS


def test_passwords_are_kept_with_argon2():
    assert identify_hasher(make_password(world.PASSWORD)).algorithm == "argon2"


@pytest.mark.servers
@pytest.mark.parametrize(
    "act", ['check_password("wrong", kept)', 'make_password("of somebody who signs up")']
)
def test_many_who_sign_in_at_once_take_little_memory(act):
    run = [sys.executable, "-c", EIGHT_AT_ONCE.replace("{act}", act)]

    grown = subprocess.run(run, capture_output=True, text=True, check=True)

    assert int(grown.stdout) < 64 * MIB


@pytest.mark.thorough
@pytest.mark.parametrize("former", [Argon2PasswordHasher, PBKDF2PasswordHasher])
def test_a_password_that_was_hashed_in_another_way_is_good_and_renewed(former):
    kept, renewed = former().encode(world.PASSWORD, former().salt()), []

    assert check_password(world.PASSWORD, kept, renewed.append)
    assert not check_password("wrong", kept)
    assert renewed == [world.PASSWORD]


def test_a_password_is_not_renewed_without_need():
    renewed = []

    assert check_password(world.PASSWORD, make_password(world.PASSWORD), renewed.append)
    assert not renewed
