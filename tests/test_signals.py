import pytest
from django.db import transaction

from forum.models import Post
from forum.signals import KINDS, announce
from tests.support import world
from tests.support.events import heard


def test_a_change_is_told_after_its_transaction(topic, django_capture_on_commit_callbacks):
    with heard() as news:
        with django_capture_on_commit_callbacks(execute=True):
            announce("renamed", topic, former=topic)
            assert news == []
        assert news == [("renamed", 1, None)]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_is_never_told(topic):
    with heard() as news:
        with transaction.atomic():
            announce("renamed", topic, former=topic)
            transaction.set_rollback(True)
        assert news == []


def test_every_kind_that_people_cause_is_a_known_one(
    topic, grace, lounge, django_capture_on_commit_callbacks
):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        reply = topic.reply(grace, "Tea.")
        reply.edit(grace, "Green tea.")
        reply.hide(grace)
        reply.restore()
        topic.reply(grace, "With milk.", reply_to=reply)
        reply.react(topic.author, "heart")
        question = topic.posts.get(number=1)
        question.edit(question.author, "```poll\nTea?\n- Yes\n- No\n```")
        question.vote(grace, [1])
        reply.accept()
        Post.objects.filter(pk=reply.pk).update(html="As it was before its picture was ready.")
        reply.show_new_pictures()
        reply.make_wiki()
        topic.rename("Tea!")
        for verb in (topic.close, topic.open, topic.pin, topic.unpin):
            verb()
        topic.move(lounge)
        topic.tag([world.tag()])

    kinds = [kind for kind, _, _ in news]
    assert kinds.pop(4) == "created"  # the post that answers
    assert kinds.pop(6) == "edited"  # the question, which asks for votes now
    assert kinds.pop(10) == "solved"  # the question shows the answer with its picture
    assert tuple(kinds) == KINDS
    assert [change for _, change, _ in news] == list(range(2, 23))
