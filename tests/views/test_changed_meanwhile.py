"""What was allowed when a form was looked at, and is not any more when it would be saved."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from forum.models import Post, Topic, User
from tests.support import world

pytestmark = pytest.mark.store

TEXT = "Typed for an hour."


@pytest.fixture
def meanwhile(monkeypatch):
    """meanwhile(model, verb, act): `act()` is done by somebody else after all checks, as the verb
    begins.
    """

    def arrange(model, verb, act):
        real = getattr(model, verb)

        def late(self, *args, **kwargs):
            monkeypatch.setattr(model, verb, real)
            act()
            return real(self, *args, **kwargs)

        monkeypatch.setattr(model, verb, late)

    return arrange


@pytest.fixture
def reply(signed_in, grace, topic):
    form = {"body": TEXT, "token": world.token()}
    return lambda: signed_in(grace).post(reverse("create_reply", args=[topic.pk]), form)


def replies(topic):
    return topic.posts.filter(number__gt=1).count()


def test_a_topic_closed_meanwhile_takes_no_reply_but_gives_the_text_back(reply, topic, meanwhile):
    meanwhile(Topic, "reply", lambda: Topic.objects.get(pk=topic.pk).close())
    answer = reply()

    assert (answer.status_code, replies(topic)) == (403, 0)
    assert "closed to new replies" in answer.text
    assert TEXT in answer.text


def test_a_topic_moved_out_of_sight_meanwhile_takes_no_reply(reply, topic, lounge, meanwhile):
    meanwhile(Topic, "reply", lambda: Topic.objects.get(pk=topic.pk).move(lounge))
    answer = reply()

    assert (answer.status_code, replies(topic)) == (404, 0)
    assert TEXT in answer.text
    assert "Lounge" not in answer.text


def test_a_category_that_became_read_only_meanwhile_takes_no_reply(reply, topic, meanwhile):
    meanwhile(Topic, "reply", lambda: topic.category.posters.add(world.group("Insiders")))

    assert (reply().status_code, replies(topic)) == (403, 0)


def test_a_member_deactivated_meanwhile_writes_nothing(reply, grace, topic, meanwhile):
    meanwhile(Topic, "reply", lambda: User.objects.filter(pk=grace.pk).update(is_active=False))
    answer = reply()

    assert (answer.status_code, replies(topic)) == (403, 0)


def test_a_reply_that_is_refused_so_late_is_told_to_nobody(reply, grace, topic, meanwhile):
    meanwhile(Topic, "reply", lambda: Topic.objects.get(pk=topic.pk).close())
    reply()

    assert User.objects.get(pk=grace.pk).posts_count == 0
    assert Topic.objects.get(pk=topic.pk).last_number == 1


def test_a_post_hidden_meanwhile_by_a_moderator_is_not_edited_by_its_author(
    signed_in, grace, mo, topic, meanwhile
):
    post = topic.reply(grace, "Spam.")
    meanwhile(Topic.objects.__class__, "locked", lambda: Post.objects.get(pk=post.pk).hide(mo))
    form = {"body": TEXT, "version": 1}
    answer = signed_in(grace).post(reverse("update_post", args=[post.pk]), form)

    assert answer.status_code == 403
    assert TEXT in answer.text
    assert Post.objects.get(pk=post.pk).body == "Spam."


def test_what_a_moderator_hid_meanwhile_is_not_shown_again_by_its_author(
    signed_in, grace, mo, topic, meanwhile
):
    post = topic.reply(grace, "Spam.")
    post.hide(grace)

    def hide_for_good():
        post.restore()
        post.hide(mo)

    meanwhile(Topic.objects.__class__, "locked", hide_for_good)
    answer = signed_in(grace).post(reverse("restore_post", args=[post.pk]))

    assert answer.status_code == 403
    assert Post.objects.get(pk=post.pk).is_hidden


def test_a_topic_closed_meanwhile_keeps_its_title(signed_in, ada, topic, meanwhile):
    meanwhile(Topic.objects.__class__, "locked", lambda: Topic.objects.get(pk=topic.pk).close())
    answer = signed_in(ada).post(reverse("edit_topic", args=[topic.pk]), {"title": "Another title"})

    assert answer.status_code == 403
    assert Topic.objects.get(pk=topic.pk).title == topic.title


@pytest.fixture
def in_admin(signed_in, grace):
    """Grace at work in the admin, where she may write and edit what she may on the site."""
    grace.is_staff = True
    grace.save()
    grace.user_permissions.set(
        Permission.objects.filter(codename__in=["add_post", "change_post", "view_post"])
    )
    return signed_in(grace)


def test_nobody_replies_in_the_admin_where_a_topic_was_closed_meanwhile(in_admin, topic, meanwhile):
    form = {"topic": topic.pk, "body": TEXT, "token": world.token()}
    meanwhile(Topic.objects.__class__, "locked", lambda: Topic.objects.get(pk=topic.pk).close())
    answer = in_admin.post(reverse("admin:forum_post_add"), form)

    assert "it is closed" in answer.text
    assert TEXT in answer.text
    assert replies(topic) == 0


def test_nobody_edits_in_the_admin_what_was_hidden_meanwhile(in_admin, grace, mo, topic, meanwhile):
    post = topic.reply(grace, "Spam.")
    meanwhile(Topic.objects.__class__, "locked", lambda: Post.objects.get(pk=post.pk).hide(mo))
    management = {"revisions-TOTAL_FORMS": 0, "revisions-INITIAL_FORMS": 0}
    form = {"body": TEXT, "reason": "", "version": 1, **management}
    answer = in_admin.post(reverse("admin:forum_post_change", args=[post.pk]), form)

    assert "was changed meanwhile" in answer.text
    assert Post.objects.get(pk=post.pk).body == "Spam."
