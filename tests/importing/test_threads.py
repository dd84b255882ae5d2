from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from forum.importing import subjects
from forum.importing.threads import Threads

pytestmark = pytest.mark.store

DAY = datetime(2020, 5, 1, tzinfo=UTC)


@dataclass
class Mail:
    id: str
    answers: list = field(default_factory=list)
    title: str = "Kites"
    days: int = 0
    unsure: set = field(default_factory=set)

    @property
    def subject(self):
        return subjects.clean(self.title)

    @property
    def date(self):
        return DAY + timedelta(days=self.days)


def sort(*mails):
    """The topic of each mail, by number of appearance."""
    threads, topics, count = Threads(), [], 0
    for mail in mails:
        topic = threads.find(mail)
        if topic is None:
            count += 1
            topic = count
        threads.add(mail, topic)
        topics.append(topic)
    return topics


def test_a_reply_joins_what_it_answers_whatever_its_subject():
    assert sort(Mail("a"), Mail("b", ["a"], "Quite another matter")) == [1, 1]


def test_a_mail_that_answers_nothing_starts_a_topic():
    assert sort(Mail("a"), Mail("b")) == [1, 2]


def test_mails_belong_together_through_one_that_is_missing():
    assert sort(Mail("a", ["gone"], "x"), Mail("b", ["gone"], "y")) == [1, 1]


def test_a_reply_may_arrive_before_what_it_answers():
    assert sort(Mail("b", ["a"], "Re: Kites"), Mail("a", title="Kites")) == [1, 1]


def test_the_nearest_answered_mail_decides():
    assert sort(Mail("a"), Mail("b", title="Other"), Mail("c", ["b", "a"])) == [1, 2, 2]


def test_a_reply_that_names_nothing_joins_the_latest_topic_of_its_subject():
    assert sort(Mail("a"), Mail("b"), Mail("c", [], "Re: kites!", days=20)) == [1, 2, 2]


def test_a_reply_that_names_only_what_is_missing_joins_by_subject_too():
    assert sort(Mail("a"), Mail("b", ["gone"], "Re: Kites", days=2)) == [1, 1]


def test_an_old_topic_is_not_joined_by_subject():
    assert sort(Mail("a"), Mail("b", [], "Re: Kites", days=31)) == [1, 2]


def test_a_topic_stays_joinable_as_long_as_mails_of_its_subject_come():
    assert sort(
        Mail("a"), Mail("b", ["a"], "Re: Kites", days=25), Mail("c", [], "Re: Kites", days=50)
    ) == [
        1,
        1,
        1,
    ]


def test_empty_subjects_join_nothing():
    assert sort(Mail("a", title=""), Mail("b", title="Re:")) == [1, 2]


def test_what_an_earlier_import_knew_counts():
    threads = Threads({"a": ("old topic", True)}, {"kites": ("other topic", DAY)})

    assert threads.find(Mail("b", ["a"])) == "old topic"
    assert threads.find(Mail("c", [], "Re: Kites")) == "other topic"


def unsure(id, answered, title):
    return Mail(id, [answered], title, unsure={answered})


def test_what_only_in_reply_to_names_joins_nothing_that_is_missing():
    assert sort(
        unsure("a", "ines@x", "x"), unsure("b", "ines@x", "y"), unsure("c", "ines@x", "z")
    ) == [1, 2, 3]


def test_it_joins_a_message_that_is_there():
    assert sort(Mail("a", title="x"), unsure("b", "a", "y")) == [1, 1]


def test_it_joins_a_message_that_comes_later():
    assert sort(unsure("b", "a", "y"), Mail("a", title="x"), unsure("c", "a", "z")) == [1, 1, 1]


def test_it_joins_what_references_name():
    assert sort(unsure("b", "a", "y"), Mail("c", ["a"], "z"), unsure("d", "a", "w")) == [1, 1, 1]
    assert sort(Mail("c", ["a"], "z"), unsure("b", "a", "y")) == [1, 1]
