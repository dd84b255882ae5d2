"""One post of a topic can be accepted as its answer, which its question and lists then show."""

import pytest

from forum.models import Post, Topic
from forum.models.posts import with_names_on_page
from tests.support import world
from tests.support.events import heard

pytestmark = pytest.mark.store


@pytest.fixture
def question(topic):
    return topic.posts.get()


@pytest.fixture
def reply(topic, grace):
    return topic.reply(grace, "Tea, of course.")


def stored(post):
    return type(post).objects.get(pk=post.pk)


def shown(question):
    """What its question shows as the answer, and the number in headers and lists."""
    found = Post.objects.for_display().get(pk=question.pk)
    number = Topic.objects.get(pk=question.topic_id).answer_number
    assert (found.answer.number if found.shows_answer else None) == number
    return number


def test_an_accepted_post_is_the_answer_to_its_question(question, reply):
    reply.accept()

    assert reply.is_answer
    assert shown(question) == 2


def test_another_accepted_post_takes_its_place(question, topic, reply, mo):
    other = topic.reply(mo, "Coffee.")
    reply.accept()
    other.accept()

    assert shown(question) == 3
    assert [post.is_answer for post in topic.posts.order_by("number")] == [False, False, True]


def test_what_is_taken_back_is_an_answer_no_more(question, topic, reply):
    reply.accept()
    reply.take_back()
    topic.posts.get(number=1).take_back()

    assert shown(question) is None
    assert not stored(reply).is_answer


def test_the_same_twice_changes_nothing(topic, reply):
    reply.accept()
    before = stored(topic).change
    reply.accept()

    assert stored(topic).change == before


def test_neither_a_question_nor_a_hidden_post_can_be_its_answer(question, reply, mo):
    question.accept()
    reply.hide(mo)
    reply.accept()

    assert shown(question) is None
    assert not Post.objects.filter(is_answer=True).exists()


def test_each_post_that_reads_otherwise_takes_a_number_and_the_row_the_last(
    question, topic, reply, mo
):
    other = topic.reply(mo, "Coffee.")
    reply.accept()
    before = stored(topic).change
    other.accept()

    changes = [stored(post).change - before for post in (question, reply, other)]
    assert changes == [1, 2, 3]
    assert stored(topic).change == stored(topic).row_change == before + 3


def test_accepting_is_no_activity(topic, reply):
    before = stored(topic)
    reply.accept()

    assert (stored(topic).bumped_at, stored(topic).last_author) == (
        before.bumped_at,
        before.last_author,
    )


def test_a_hidden_answer_is_not_shown_until_it_is_restored(question, reply, mo):
    reply.accept()
    reply.hide(mo)
    hidden = shown(question)
    reply.restore()

    assert (hidden, shown(question)) == (None, 2)


@pytest.mark.parametrize("verb", ["edit", "hide", "restore"])
def test_what_happens_to_the_answer_changes_the_question(
    question, reply, grace, mo, verb, django_capture_on_commit_callbacks
):
    reply.accept()
    if verb == "restore":
        reply.hide(mo)
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        {
            "edit": lambda: reply.edit(grace, "Green tea."),
            "hide": lambda: reply.hide(mo),
            "restore": reply.restore,
        }[verb]()

    kinds = [(kind, post) for kind, _change, post in news]
    assert len(kinds) == 2
    assert kinds[1][0] == "solved"


def test_a_stale_post_that_is_saved_stays_the_answer(question, reply, grace):
    stale_reply, stale_question = stored(reply), stored(question)
    reply.accept()
    stale_reply.edit(grace, "Green tea.")
    stale_question.edit(stale_question.author, "I wonder again.")

    assert shown(question) == 2


def test_an_answer_goes_with_its_topic_wherever_that_is_moved(question, topic, reply, lounge):
    reply.accept()
    topic.move(lounge)

    assert shown(question) == 2


@pytest.mark.parametrize(
    ("who", "closed", "takes_answers", "may"),
    [
        ("ada", False, True, True),
        ("grace", False, True, False),
        ("mo", False, True, True),
        ("ada", True, True, False),
        ("mo", True, True, True),
        ("mo", False, False, False),
    ],
)
def test_the_asker_and_moderators_accept_where_the_category_wants_it(
    topic, reply, request, who, closed, takes_answers, may
):
    if closed:
        topic.close()
    topic.category.takes_answers = takes_answers
    topic.category.save()
    found = Post.objects.select_related("topic__category").get(pk=reply.pk)

    assert found.can_be_accepted_by(request.getfixturevalue(who)) == may


def test_who_may_not_write_there_any_more_accepts_nothing(topic, reply, ada):
    topic.category.takes_answers = True
    topic.category.save()
    topic.category.posters.add(world.group("Editors"))
    found = Post.objects.select_related("topic__category").get(pk=reply.pk)

    assert not found.can_be_accepted_by(ada)


def test_renaming_its_author_renews_the_page_of_the_question(question, topic, reply, grace):
    reply.accept()

    def names():
        return with_names_on_page(Topic.objects.filter(pk=topic.pk), 1, 1).get().names

    before = names()
    grace.name = "Rear Admiral Hopper"
    grace.save()

    assert names() != before
