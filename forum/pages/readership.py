"""A short fingerprint of the reader of a page and the categories they could see.

Open pages compare it: when it differs, the session has ended or permissions have changed.
"""

import hashlib


def mark(user, categories):
    """`categories` are the ids of all categories that `user` may see."""
    seen = hashlib.blake2b(repr(sorted(categories)).encode(), digest_size=6).hexdigest()
    return f"{user.pk or 0}.{seen}"
