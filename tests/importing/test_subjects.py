import pytest

from forum.importing import subjects


@pytest.mark.parametrize(
    "text",
    [
        "Strings",
        "[kites] Strings",
        "Re: [Kites] Strings",
        "[Kites] Re: Strings",
        "RE: Re: AW: Strings",
        "Re[2]: Strings",
        "答复: [EXT] Strings",
        "回复：Strings",
        "Fwd: Strings",
        "[EXTERNAL] Re: [Internal Use Only] Strings[Internal Use Only]",
        "***SPAM*** Strings\u200f",
        "Re: Strings ",
    ],
)
def test_only_the_subject_itself_becomes_the_title(text):
    subject = subjects.clean(text, "kites")

    assert (subject.title, subject.key) == ("Strings", "strings")


def test_a_tag_that_says_something_about_the_topic_stays_once():
    assert subjects.clean("Re: [UHD] Re: [UHD] Strings", "kites").title == "[UHD] Strings"


@pytest.mark.parametrize(
    ("text", "is_reply"),
    [("Re: a", True), ("回复: a", True), ("Fwd: a", False), ("Ready: a", False)],
)
def test_replies_are_told_from_the_rest(text, is_reply):
    assert subjects.clean(text).is_reply is is_reply


def test_tags_spaces_and_case_make_no_difference_when_subjects_are_compared():
    assert subjects.clean("[UHD] Long  Strings?").key == subjects.clean("re: long strings").key


@pytest.mark.parametrize("text", ["", "Re:", "[kites]"])
def test_nothing_is_left_of_an_empty_subject(text):
    assert subjects.clean(text, "kites").title == subjects.clean(text, "kites").key == ""


def test_subjects_that_differ_in_their_vowel_signs_are_two():
    assert len({subjects.clean(text).key for text in ("กา", "กี", "की", "का")}) == 4
