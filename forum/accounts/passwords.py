"""How passwords are hashed: dear enough for whoever steals the hashes, cheap enough for whoever
serves strangers.

Anybody can make a server hash by trying to sign in. Django's own values take 100 MiB and eight
threads each time, so eight tries at once would take 800 MiB and hold up every page.
"""

from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import Argon2PasswordHasher

# Of one process: more at once would take no less time. Threads of their own, as glibc keeps memory
# for each thread.
THREADS = ThreadPoolExecutor(2, "password")


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with values that OWASP recommends. Hashes with other ones are renewed at the next
    sign-in.
    """

    memory_cost, time_cost, parallelism = 19_456, 2, 1  # KiB, rounds, threads

    def encode(self, password, salt):
        return THREADS.submit(super().encode, password, salt).result()

    def verify(self, password, encoded):
        return THREADS.submit(super().verify, password, encoded).result()
