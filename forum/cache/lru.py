"""An LRU cache of rendered texts, bounded by bytes and local to the process.

So nothing is ever taken back: what changes gets another key, and what is asked for no more makes
room.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import is_dataclass
from sys import getsizeof
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class LRUCache:
    """At most `most` bytes: of keys and texts as Python holds them, with the room that an entry
    takes beside them.
    """

    ENTRY = 200  # bytes: measured, and some

    def __init__(self, most: int) -> None:
        self.most, self.size, self._lock = most, 0, Lock()
        # key -> (text, bytes that both take)
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """What is kept, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def set(self, key: Hashable, text: T) -> T:
        size = self.ENTRY + weight(key) + weight(text)
        with self._lock:
            self._drop(key)
            self._entries[key] = text, size
            self.size += size
            while self.size > self.most:
                self._drop(next(iter(self._entries)))
        return text

    def get_or_set(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept, or else what `make()` returns, which then is."""
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
    """Bytes that it takes with all that it holds. What others hold as well counts each time: rather
    too much.
    """
    if isinstance(thing, tuple | list | set | frozenset):
        return getsizeof(thing) + sum(map(weight, thing))
    if isinstance(thing, dict):
        return getsizeof(thing) + sum(weight(key) + weight(value) for key, value in thing.items())
    if is_dataclass(thing):
        return getsizeof(thing) + weight(vars(thing))
    return 0 if callable(thing) else getsizeof(thing)
