"""An LRU cache of rendered texts, bounded by bytes and local to the process.

Entries are never invalidated: a changed text gets another key, and the old entry is evicted.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import is_dataclass
from sys import getsizeof
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class LRUCache:
    """At most `max_size` bytes in memory, counting keys, values and overhead. Thread-safe."""

    OVERHEAD = 200  # bytes per entry: measured, rounded up

    def __init__(self, max_size: int) -> None:
        self.max_size, self.size, self._lock = max_size, 0, Lock()
        # key -> (value, bytes of both)
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """The value, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def set(self, key: Hashable, text: T) -> T:
        size = self.OVERHEAD + weight(key) + weight(text)
        with self._lock:
            self._drop(key)
            self._entries[key] = text, size
            self.size += size
            while self.size > self.max_size:
                self._drop(next(iter(self._entries)))
        return text

    def get_or_set(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value; if there is none, store and return `make()`."""
        text: T | None = self.get(key)
        return self.set(key, make()) if text is None else text

    def delete(self, key: Hashable) -> None:
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.size = 0

    def __iter__(self) -> Iterator[Hashable]:
        """The keys."""
        with self._lock:
            return iter(list(self._entries))

    def _drop(self, key: Hashable) -> None:
        if key in self._entries:
            self.size -= self._entries.pop(key)[1]


def weight(thing: object) -> int:
    """The size in bytes with everything it refers to; an upper bound, as shared objects recur."""
    if isinstance(thing, tuple | list | set | frozenset):
        return getsizeof(thing) + sum(map(weight, thing))
    if isinstance(thing, dict):
        return getsizeof(thing) + sum(weight(key) + weight(value) for key, value in thing.items())
    if is_dataclass(thing):
        return getsizeof(thing) + weight(vars(thing))
    return 0 if callable(thing) else getsizeof(thing)
