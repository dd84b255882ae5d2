"""A text is found by words as people type them, in every script."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from forum.search import analyser
from forum.search.analyser import analysed, keys, placeless_words, words
from forum.search.checks import check_language


def forms(text):
    found = words(text)
    assert [word[:2] for word in placeless_words(text)] == [word[:2] for word in found]
    return [word.form for word in found]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("We were running the servers", "run server"),
        ("ÜNÏCODE naïve Straße", "unicode naive strasse"),
        ("ﬁne Ａｂｃ", "fine abc"),
        ("Łódź, Ærø and Ħamrun", "lodz aero hamrun"),
        ("Ёлка", "елка"),
        ("Olive's notes, and Ada’s", "olive ada note"),
        ("don't and won’t", "dont wont"),
        (
            "group_send in node.js and getUserById",
            "group send groupsend node js nodejs user getuserbyid",
        ),
        (
            "well-known HTTPServer python3 utf8",
            "well known wellknown http server python python3 utf8",
        ),
        ("C++ is not C# nor C", "c++ c# c"),
        ("version 1.5.3 of 2026-11-30", "1.5.3 2026-11-30 1 5 2026"),
        ("日本語のテキスト", "日本 本語 テキ 日"),
        ("한국어를 검색", "한국 국어 검색"),
        ("ภาษาไทย", "ภา าษ ไท"),
        ("مُحَمَّد قرأ الكتاب", "محمد كتاب الكتاب"),
        ("שָׁלוֹם לָעוֹלָם הגדול", "שלום שלומ גדול"),
        ("हिन्दी में", "हिन्दी"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("see https://example.org/a_b?c=d", "https example org example.org a b"),
    ],
)
def test_a_text_has_the_keys_of_what_is_typed(text, typed):
    assert keys(typed) - {"nodej"} <= keys(text) | {"nodej"}


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("node", "nodejs"),
        ("153", "1.5.3"),
        ("C", "C++"),
        ("हिन्दी", "हनद"),
        ("日本", "本日"),
        ("cart", "car"),
    ],
)
def test_a_text_lacks_the_keys_of_other_words(text, typed):
    assert not keys(typed) <= keys(text)


def test_words_have_their_places_in_the_text():
    text = "Ask getUserById, 日本 don't C++"
    assert [text[word.start : word.end] for word in words(text)] == [
        "Ask",
        "get",
        "User",
        "By",
        "Id",
        "日",
        "本",
        "don't",
        "C++",
    ]


def test_a_token_of_many_parts_is_divided_at_its_connectors_only():
    assert forms("9f86d081884c7d659a2f") == ["9f86d081884c7d659a2f"]
    assert forms("a1.b2.c3.d4") == ["a1", "b2", "c3", "d4"]


def test_very_long_runs_are_cut():
    assert max(map(len, forms("x" * 30_000 + " " + "語" * 30_000))) <= 64


@pytest.mark.parametrize("language", ["", "german"])
def test_the_language_of_stems_is_set(settings, language):
    caches = (analyser.stem, analyser.keys_of, analysed)
    for cache in caches:
        cache.cache_clear()
    settings.SEARCH_LANGUAGE = language
    try:
        assert (keys("Häuser") == keys("Haus")) == (language == "german")
        assert keys("running") != keys("run")
    finally:
        settings.SEARCH_LANGUAGE = "english"
        for cache in caches:
            cache.cache_clear()


@pytest.mark.parametrize("sentence", ["一二三四五六七八九十", "ฉันกินข้าวที่บ้านเพื่อน", "ひらがなのぶん"])
def test_a_long_text_without_blanks_is_found_to_its_end(sentence):
    assert keys("寿司") <= keys(sentence * 20 + "寿司")
    assert keys(sentence) <= keys("寿" * 500 + sentence)


def test_threads_do_not_mix_up_their_words(monkeypatch):
    stem = analyser.stem.__wrapped__
    words = [
        f"{word}{end}"
        for word in ("running", "connection", "national", "happiness", "generous")
        for end in ("", "s", "ing", "ly", "ness")
    ]
    right = {word: stem(word) for word in words}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda word: (word, stem(word)), words * 400))
    finally:
        sys.setswitchinterval(interval)

    assert {(word, stem) for word, stem in found} == set(right.items())


def test_a_language_without_stems_is_refused_at_the_start(settings):
    settings.SEARCH_LANGUAGE = "klingon"
    [error] = check_language(None)
    assert "english" in error.hint
    for language in ("", "german"):
        settings.SEARCH_LANGUAGE = language
        assert check_language(None) == []
