"""Texts that cost something to make, kept in this process under a key that names all they depend on.

So nothing is ever taken back: what changes gets another key, and what is asked for no more makes room.
"""

from collections import OrderedDict
from dataclasses import is_dataclass
from sys import getsizeof
from threading import Lock


class LRUCache:
    """At most `most` bytes: of keys and texts as Python holds them, with the room that an entry takes beside them."""

    ENTRY = 200  # bytes: measured, and some

    def __init__(self, most):
        self.most, self.size = most, 0
        self._entries, self._lock = OrderedDict(), Lock()  # key -> (text, bytes that both take)

    def get(self, key):
        """What is kept, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def set(self, key, text):
        size = self.ENTRY + weight(key) + weight(text)
        with self._lock:
            self._drop(key)
            self._entries[key] = text, size
            self.size += size
            while self.size > self.most:
                self._drop(next(iter(self._entries)))
        return text

    def get_or_set(self, key, make):
        """What is kept, or else what `make()` returns, which then is."""
        text = self.get(key)
        return self.set(key, make()) if text is None else text

    def delete(self, key):
        with self._lock:
            self._drop(key)

    def clear(self):
        with self._lock:
            self._entries.clear()
            self.size = 0

    def __iter__(self):
        """The keys."""
        with self._lock:
            return iter(list(self._entries))

    def _drop(self, key):
        if key in self._entries:
            self.size -= self._entries.pop(key)[1]


def weight(thing):
    """Bytes that it takes with all that it holds. What others hold as well counts each time: rather too much."""
    if isinstance(thing, tuple | list | set | frozenset):
        return getsizeof(thing) + sum(map(weight, thing))
    if isinstance(thing, dict):
        return getsizeof(thing) + sum(weight(key) + weight(value) for key, value in thing.items())
    if is_dataclass(thing):
        return getsizeof(thing) + weight(vars(thing))
    return 0 if callable(thing) else getsizeof(thing)
