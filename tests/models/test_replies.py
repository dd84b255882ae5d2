"""A post knows which one it answers, and is counted there, under the topic's lock."""

import pytest

from forum.models import Post, Topic
from forum.models.posts import PAGE_SIZE
from tests.support import world
from tests.support.concurrency import at_once
from tests.support.events import heard


@pytest.fixture
def question(topic):
    return topic.posts.get()


def stored(post):
    return Post.objects.for_display().get(pk=post.pk)


def test_an_answer_changes_the_post_that_it_answers(
    topic, grace, question, django_capture_on_commit_callbacks
):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        answer = topic.reply(grace, "Tea.", reply_to=question)

    assert (answer.reply_to, stored(question).replies_count) == (question, 1)
    assert (stored(answer).change, stored(question).change) == (2, 3)
    assert news == [("created", 2, 2), ("answered", 3, 1)]
    assert Topic.objects.get(pk=topic.pk).change == 3


def test_being_answered_is_no_edit_and_no_activity_of_its_own(topic, grace, question):
    answer = topic.reply(grace, "Tea.", reply_to=question)

    after, topic = stored(question), Topic.objects.get(pk=topic.pk)
    assert (after.version, after.edited_at, after.revisions.count()) == (1, None, 0)
    assert (topic.bumped_at, topic.last_author, topic.header_change) == (
        answer.created_at,
        grace,
        0,
    )


def test_hidden_answers_are_not_counted_until_they_are_restored(topic, grace, mo, question):
    answer = topic.reply(grace, "Tea.", reply_to=question)
    topic.reply(grace, "Or coffee.", reply_to=question)

    answer.hide(mo)
    assert (stored(question).replies_count, stored(question).change) == (1, 7)
    answer.hide(mo)
    assert (stored(question).replies_count, stored(question).change) == (1, 7)
    answer.restore()
    assert (stored(question).replies_count, stored(question).change) == (2, 9)


def test_an_edit_of_an_answer_changes_nothing_but_the_answer(topic, grace, question):
    answer = topic.reply(grace, "Tea.", reply_to=question)
    before = stored(question).change

    answer.edit(grace, "Green tea.")

    assert (stored(question).change, stored(question).replies_count) == (before, 1)


def test_a_stale_post_never_writes_back_an_older_count_or_another_target(topic, grace, question):
    other = topic.reply(grace, "Tea.")
    answer = topic.reply(grace, "Coffee.", reply_to=question)

    question.body = "Tea, coffee or milk?"  # loaded before it was answered
    question.save()
    answer.reply_to = other
    answer.save()

    assert stored(question).replies_count == 1
    assert (stored(answer).reply_to, stored(other).replies_count) == (question, 0)


def test_a_post_of_another_topic_is_not_answered(topic, grace, question, help_category):
    other = world.topic(grace, help_category)

    with pytest.raises(Post.DoesNotExist):
        other.reply(grace, "Tea.", reply_to=question)


@pytest.mark.django_db(transaction=True)
def test_answers_at_once_are_all_counted(topic, grace, question):
    def answer():
        Topic.objects.get(pk=topic.pk).reply(grace, "Me!", reply_to=question)

    at_once(*[answer] * 6)

    assert stored(question).replies_count == 6
    assert stored(question).change == Topic.objects.get(pk=topic.pk).change == 13


def test_an_answer_to_the_post_right_above_it_does_not_say_so(topic, grace, question):
    below = topic.reply(grace, "Tea.", reply_to=question)
    further_down = topic.reply(grace, "Coffee.", reply_to=question)

    assert not stored(below).shows_reply_to
    assert stored(further_down).shows_reply_to
    assert not stored(topic.reply(grace, "To all.")).shows_reply_to


def test_the_first_answer_on_a_page_says_so_although_it_follows_directly(topic, grace):
    for _ in range(2, PAGE_SIZE + 1):
        last = topic.reply(grace, "Tea.")

    assert stored(topic.reply(grace, "Coffee.", reply_to=last)).shows_reply_to


def test_a_hidden_answer_does_not_say_what_it_answers(topic, grace, mo, question):
    topic.reply(grace, "Tea.")
    answer = topic.reply(grace, "Coffee.", reply_to=question)

    answer.hide(mo)

    assert not stored(answer).shows_reply_to
