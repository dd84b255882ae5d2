from forum.kept import Kept


def test_what_is_kept_is_not_made_again():
    kept, made = Kept(10_000), []

    for _ in range(3):
        assert kept.made("key", lambda: made.append(1) or "text") == "text"
    assert made == [1]


def test_what_was_used_longest_ago_makes_room():
    kept = Kept(4 * (Kept.ENTRY + 100))
    for name in "abcd":
        kept.keep(name, "x" * 100)
    kept.get("a")

    kept.keep("e", "x" * 100)

    assert [name for name in "abcde" if kept.get(name)] == ["a", "c", "d", "e"]
    assert kept.size <= kept.most


def test_what_is_larger_than_all_the_room_is_not_kept():
    kept = Kept(1_000)
    kept.keep("small", "x")

    assert kept.keep("large", "x" * 2_000) == "x" * 2_000
    assert (kept.get("large"), kept.size) == (None, 0)
