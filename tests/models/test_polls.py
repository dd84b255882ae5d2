"""Members vote in the poll of a topic's first post, which counts them under the topic's lock."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.markdown.polls import BadPoll
from forum.models import Ballot, PersonalChange, Post, Topic, polls
from forum.polls.closing import close_polls
from tests.support import world

pytestmark = pytest.mark.store

SOON = timedelta(hours=1)


def text(*rules, question="Which day?", options=("Friday", "Saturday", "Sunday")):
    lines = "\n".join([question, *rules, *(f"- {option}" for option in options)])
    return f"Let us meet.\n\n```poll\n{lines}\n```"


def closing(when):
    return f"closes: {when.astimezone(UTC):%Y-%m-%d %H:%M}"


@pytest.fixture
def begun(ada, help_category):
    """The first post of a topic with such a poll."""

    def begin(*rules, **more):
        topic = Topic.start(ada, help_category, "A meeting", text(*rules, **more))
        return topic.posts.get()

    return begin


def stored(row):
    return type(row).objects.get(pk=row.pk)


def test_a_first_post_with_a_poll_has_it(begun):
    post = begun("type: multiple, at most 2", "votes: public")

    assert post.poll["options"] == ["Friday", "Saturday", "Sunday"]
    assert (post.poll["kind"], post.poll["most"], post.poll["public"]) == ("multiple", 2, True)
    assert stored(post.topic).has_poll


def test_in_any_other_post_it_is_code(topic, ada):
    reply = topic.reply(ada, text())

    assert reply.poll is None
    assert "<pre" in reply.html


def test_a_vote_is_counted_and_may_change_and_be_taken_back(begun, grace, mo):
    post = begun()
    states = []
    for member, choices in ((grace, [1]), (mo, [1]), (grace, [3]), (mo, [])):
        post.vote(member, choices)
        states.append((post.poll["voters"], post.poll["counts"]))

    assert states == [(1, [1, 0, 0]), (2, [2, 0, 0]), (2, [1, 0, 1]), (1, [0, 0, 1])]
    assert [ballot.choices for ballot in Ballot.objects.all()] == ["3"]


def test_of_several_choices_each_is_counted(begun, grace, mo):
    post = begun("type: multiple")
    post.vote(grace, [1, 2])
    post.vote(mo, [2])

    assert (post.poll["voters"], post.poll["counts"]) == (2, [1, 2, 0])


def test_the_same_twice_changes_nothing(begun, grace):
    post = begun()
    post.vote(grace, [1])
    change = post.change
    post.vote(grace, [1])

    assert (post.change, post.poll["voters"]) == (change, 1)


def test_the_database_refuses_a_second_ballot(begun, grace):
    post = begun()
    post.vote(grace, [1])

    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(topic=post.topic, member=grace, choices="2")


def test_a_vote_takes_a_change_number_of_the_topic_but_none_of_its_row(begun, grace):
    post = begun()
    before = stored(post.topic)
    post.vote(grace, [1])

    now = stored(post.topic)
    assert post.change == now.change == before.change + 1
    assert (now.row_change, now.bumped_at) == (before.row_change, before.bumped_at)


def test_a_member_is_told_on_all_their_pages(begun, grace, topic, lounge):
    post = begun("type: ranked")
    post.vote(grace, [3, 1])
    change = PersonalChange.objects.get(member=grace, kind="poll")

    key = str(post.topic_id)
    assert change.key == key
    assert Ballot.objects.personal(grace, [key]) == {key: {"choices": [3, 1]}}
    post.topic.move(lounge)
    assert Ballot.objects.personal(grace, [key]) == {}


# --- Edits ---


def test_what_is_around_the_poll_can_always_change(begun, ada, grace):
    post = begun()
    post.vote(grace, [1])
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        post.edit(ada, "Please say when. " + text())

    assert post.poll["counts"] == [1, 0, 0]


def test_without_votes_all_can_change(begun, ada):
    post = begun()
    post.edit(ada, text("type: ranked", options=("Now", "Later")))

    assert (post.poll["options"], post.poll["kind"]) == (["Now", "Later"], "ranked")
    assert post.poll["counts"] == [0, 0]

    post.edit(ada, "Never mind.")
    assert post.poll is None
    assert not stored(post.topic).has_poll


def test_a_poll_can_be_added_later_and_pages_get_the_form_for_it(topic, ada):
    post = topic.posts.get()
    post.edit(ada, text())

    assert stored(topic).has_poll
    assert stored(topic).header_change == post.change


def test_with_votes_spelling_can_be_corrected_for_some_minutes(begun, ada, grace):
    post = begun()
    post.vote(grace, [2])
    corrected = text(question="Which day, please?", options=("Friday", "Saturday", "Sunday!"))
    post.edit(ada, corrected)

    assert post.poll["options"][2] == "Sunday!"
    assert post.poll["counts"] == [0, 1, 0]
    with time_machine.travel(timezone.now() + timedelta(minutes=6)), pytest.raises(BadPoll):
        post.edit(ada, text())


@pytest.mark.parametrize(
    "changed",
    [
        "Never mind.",
        text(options=("Friday", "Saturday")),
        text("type: multiple"),
        text("votes: public"),
        text("results: after voting"),
    ],
)
def test_with_votes_options_and_rules_stay(begun, ada, grace, changed):
    post = begun()
    post.vote(grace, [1])

    with pytest.raises(BadPoll, match="put the rest back"):
        post.edit(ada, changed)
    assert stored(post).poll["counts"] == [1, 0, 0]


def test_with_votes_the_closing_time_can_still_change(begun, ada, grace):
    post = begun(closing(timezone.now() + timedelta(days=1)))
    post.vote(grace, [1])
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        post.edit(ada, text(closing(timezone.now() + timedelta(days=3))))

    assert post.poll["counts"] == [1, 0, 0]
    left = stored(post.topic).poll_closes_at - timezone.now()
    assert timedelta(days=3) < left < timedelta(days=4)


def test_no_poll_closes_in_the_past(begun):
    with pytest.raises(BadPoll, match="close in the past"):
        begun("closes: 2020-01-01")


# --- Closing ---


def test_a_poll_closes_when_its_time_is_over(begun, grace):
    post = begun(closing(timezone.now() + SOON))
    post.vote(grace, [1])
    close_polls()
    assert not stored(post).poll["closed"]

    with time_machine.travel(timezone.now() + 2 * SOON, tick=False):
        assert not polls.is_open(post.poll)
        close_polls()
        change = stored(post).change
        close_polls()

    now = stored(post)
    assert now.poll["closed"]
    assert now.change == change == post.change + 1
    assert stored(post.topic).poll_closes_at is None


def test_a_poll_that_cannot_be_closed_holds_up_no_other(begun, caplog):
    broken, sound = begun(closing(timezone.now() + SOON)), begun(closing(timezone.now() + SOON))
    type(broken).objects.filter(pk=broken.pk).update(poll={**broken.poll, "closes": "never"})

    with time_machine.travel(timezone.now() + 2 * SOON, tick=False):
        close_polls()

    assert stored(sound).poll["closed"]
    assert f"topic {broken.topic_id} could not be closed" in caplog.text


def test_a_closed_poll_stays_as_it_is(begun, ada, grace):
    post = begun(closing(timezone.now() + SOON))
    post.vote(grace, [1])
    with time_machine.travel(timezone.now() + 2 * SOON, tick=False):
        close_polls()
        with pytest.raises(BadPoll, match="has closed"):
            stored(post).edit(ada, text(closing(timezone.now() + SOON)))


# --- Ranked ---


def won(ballots, options=3):
    rounds = polls.runoff({tuple(map(int, order)): n for order, n in ballots.items()}, options)
    last = [count or 0 for count in rounds[-1]]
    return last.index(max(last)) + 1, rounds


def test_more_than_half_of_the_first_choices_wins_at_once():
    assert won({"12": 3, "2": 2}) == (1, [[3, 2, 0]])


def test_the_weakest_is_out_and_its_votes_go_on():
    winner, rounds = won({"1": 4, "23": 3, "32": 2})

    assert winner == 2
    assert rounds == [[4, 3, 2], [4, 5, None]]


def test_ballots_without_a_further_choice_count_no_more():
    winner, rounds = won({"1": 4, "2": 3, "3": 2})

    assert (winner, rounds[-1]) == (1, [4, 3, None])


def test_among_equals_the_one_that_was_weaker_before_is_out_then_the_lower_one():
    assert won({"1": 1, "2": 1})[0] == 1
    # After the first round 2 and 3 are equal, and 2 had fewer.
    winner, rounds = won({"1": 4, "2": 2, "3": 3, "42": 1}, options=4)
    assert rounds[1] == [4, 3, 3, None]
    assert rounds[2][1] is None
    assert winner == 1


def test_nobody_has_voted():
    assert won({})[1][0] == [0, 0, 0]


def test_a_ranked_poll_is_recounted_with_each_vote_or_when_it_closes(
    begun, ada, grace, mo, monkeypatch
):
    post = begun("type: ranked", closing(timezone.now() + SOON))
    for member, choices in ((ada, [1]), (grace, [2, 3]), (mo, [3, 2])):
        post.vote(member, choices)
    assert post.poll["counts"] == [1, 1, 1]
    assert post.poll["rounds"] == [[1, 1, 1], [1, 2, None]]

    monkeypatch.setattr(polls, "RECOUNTED", 2)
    post.vote(ada, [1, 2])
    assert post.poll["rounds"] == []
    with time_machine.travel(timezone.now() + 2 * SOON, tick=False):
        close_polls()
    assert stored(post).poll["rounds"] == [[1, 1, 1], [1, 2, None]]


def test_a_ranked_poll_whose_results_wait_is_not_recounted(begun, grace):
    post = begun("type: ranked", closing(timezone.now() + SOON), "results: after closing")
    post.vote(grace, [1])

    assert post.poll["rounds"] == []


def test_counts_are_those_of_the_ballots_after_any_votes(begun):
    post = begun("type: multiple")
    members = [world.member(f"member{n}") for n in range(4)]
    for step in range(20):
        choices = [n for n in (1, 2, 3) if (step * 7 + n * 3) % 4 < 2]
        post.vote(members[step % 4], choices)

    counted = Counter(n for ballot in Ballot.objects.all() for n in ballot.ranking)
    assert post.poll["counts"] == [counted[n] for n in (1, 2, 3)]
    assert post.poll["voters"] == Ballot.objects.count()


def test_pictures_that_are_ready_leave_the_poll(begun, grace):
    post = begun()
    post.vote(grace, [1])
    Post.objects.filter(pk=post.pk).update(html=post.html + "<p>before</p>")
    post.show_new_pictures()

    assert '<div class="poll">' in post.html
    assert post.poll["counts"] == [1, 0, 0]
    assert datetime.fromisoformat(post.poll["since"]) <= timezone.now()
