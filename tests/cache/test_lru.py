from sys import getsizeof

import pytest

from forum.cache.lru import LRUCache, weight


def test_what_is_kept_is_not_made_again():
    kept, made = LRUCache(10_000), []

    for _ in range(3):
        assert kept.get_or_set("key", lambda: made.append(1) or "text") == "text"
    assert made == [1]


def test_what_was_used_longest_ago_makes_room():
    kept = LRUCache(4 * (LRUCache.OVERHEAD + weight("a") + weight("x" * 100)))
    for name in "abcd":
        kept.set(name, "x" * 100)
    kept.get("a")

    kept.set("e", "x" * 100)

    assert [name for name in "abcde" if kept.get(name)] == ["a", "c", "d", "e"]
    assert kept.size <= kept.max_size


def test_what_is_larger_than_all_the_room_is_not_kept():
    kept = LRUCache(1_000)
    kept.set("small", "x")

    assert kept.set("large", "x" * 2_000) == "x" * 2_000
    assert (kept.get("large"), kept.size) == (None, 0)


@pytest.mark.parametrize(
    "part", ["key", "text", "key in a tuple", "text in a list", "wide letters"]
)
def test_all_that_an_entry_holds_counts(part):
    kept, long = LRUCache(2**20), "x" * 60_000
    for number in range(50):
        key, text = f"{number}", "x"
        if part == "key":
            key += long
        elif part == "key in a tuple":
            key = (number, (None, key + long))
        elif part == "wide letters":
            text = "\U0001f375" * 15_000
        else:
            text = text + long if part == "text" else [{"headers": [text + long]}]
        kept.set(key, text)

    assert 10 < len(list(kept)) < 2**20 / 60_000
    assert kept.size <= 2**20


def test_an_entry_that_is_kept_again_counts_once():
    kept = LRUCache(2**20)
    for length in (10_000, 20_000):
        kept.set("key", "x" * length)

    assert kept.size == LRUCache.OVERHEAD + getsizeof("key") + getsizeof("x" * 20_000)
