"""Texts that cost something to make, kept in this process under a key that names all they depend on.

So nothing is ever taken back: what changes gets another key, and what is asked for no more makes room.
"""

from collections import OrderedDict
from threading import Lock


class Kept:
    """At most `most` bytes or so (of text as Python holds it, and some for each entry)."""

    ENTRY = 500  # bytes that an entry costs beside its text

    def __init__(self, most):
        self.most, self.size = most, 0
        self._entries, self._lock = OrderedDict(), Lock()

    def get(self, key):
        """What is kept, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key]

    def keep(self, key, text):
        with self._lock:
            self._drop(key)
            self._entries[key] = text
            self.size += self.ENTRY + len(text)
            while self.size > self.most:
                self._drop(next(iter(self._entries)))
        return text

    def made(self, key, make):
        """What is kept, or else what `make()` returns, which then is."""
        text = self.get(key)
        return self.keep(key, make()) if text is None else text

    def forget(self, key):
        with self._lock:
            self._drop(key)

    def clear(self):
        with self._lock:
            self._entries.clear()
            self.size = 0

    def _drop(self, key):
        if key in self._entries:
            self.size -= self.ENTRY + len(self._entries.pop(key))
