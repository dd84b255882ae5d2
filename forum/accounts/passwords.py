"""The password hasher: expensive for attackers with stolen hashes, affordable for the server.

Anybody can make the server hash by trying to sign in. With Django's defaults each attempt takes
100 MiB and eight threads, so eight at once would take 800 MiB and delay every page.
"""

from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import Argon2PasswordHasher

# Per process; more would not be faster. Separate threads, because glibc keeps memory per thread.
THREADS = ThreadPoolExecutor(2, "password")


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with parameters recommended by OWASP; other hashes are upgraded at sign-in."""

    memory_cost, time_cost, parallelism = 19_456, 2, 1  # KiB, rounds, threads

    def encode(self, password, salt):
        return THREADS.submit(super().encode, password, salt).result()

    def verify(self, password, encoded):
        return THREADS.submit(super().verify, password, encoded).result()
