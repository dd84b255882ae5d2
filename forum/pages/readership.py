"""A short mark of whom a page was made for and which categories they could see.

Open pages compare it: when it differs, their session has ended or somebody gave or took a right.
"""

import hashlib


def mark(user, categories):
    """`categories` are the ids of all that `user` may see."""
    seen = hashlib.blake2b(repr(sorted(categories)).encode(), digest_size=6).hexdigest()
    return f"{user.pk or 0}.{seen}"
