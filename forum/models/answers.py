"""Accepted answers: the one post of a topic that answers its question, which is its first post.

`Post.answer` of the question names it. `Post.is_answer`, by which the answer is marked, and
`Topic.answer_number`, by which headers and lists show that there is one, follow under the topic's
lock. All three are columns of what pages read anyway, so an answer costs them no query.
"""

from copy import copy

from forum.signals import announce


def choose(topic, answer, by=None):
    """Make `answer` the accepted one, or None to have none; False if it was so before.

    `topic` must have been read under its lock. Takes a change number for each post that reads
    otherwise now: the question, a former answer and the new one.
    """
    question = topic.posts.select_related("answer").get(number=1)
    former = question.answer
    if former == answer:
        return False
    show(topic, question, answer, by)
    for post in (former, answer):
        if post:
            post.is_answer = post == answer
            _save(topic, post, "accepted", by, is_answer=post.is_answer)
    topic.save_numbers()
    return True


def show(topic, question, answer, by=None):
    """Have the question show `answer` as it is now: below itself, or not at all if it is hidden."""
    topic.answer_number = answer.number if answer and not answer.is_hidden else None
    _save(topic, question, "solved", by, answer=answer)


def _save(topic, post, kind, by, **values):
    post.change = topic.take_change()
    type(post).objects.filter(pk=post.pk).update(change=post.change, **values)
    announce(kind, copy(topic), post, by=by)
