from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.markdown import MarkdownError
from forum.models import Post, Topic, User
from forum.models.posts import EditConflict
from tests.support import world
from tests.support.concurrency import at_once
from tests.support.events import heard


@pytest.fixture
def post(topic):
    return topic.posts.get()


def test_a_post_saved_in_a_shell_is_one_like_any_other(
    topic, grace, django_capture_on_commit_callbacks
):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        post = Post(topic=topic, author=grace, body="*Tea*, of course. <script>alert(1)</script>")
        post.save()

    assert (post.number, post.change) == (2, 2)
    assert "<em>Tea</em>" in post.html
    assert "<script" not in post.html
    assert news == [("created", 2, 2)]
    assert User.objects.get(pk=grace.pk).posts_count == 1


def test_a_text_changed_in_a_shell_keeps_the_former_one(post, django_capture_on_commit_callbacks):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        post.body = "I know!"
        post.save()

    assert post.version == 2
    assert "I know!" in post.html
    assert [(r.version, r.body, r.editor) for r in post.revisions.all()] == [
        (1, "I wonder.", post.author)
    ]
    assert news == [("edited", 2, 1)]


def test_saving_what_has_not_changed_is_no_change(post, django_capture_on_commit_callbacks):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        post.save()
        Post.objects.get(pk=post.pk).save()

    assert news == []
    assert Topic.objects.get(pk=post.topic_id).change == 1
    assert not post.revisions.exists()


def test_saving_some_fields_of_a_post_counts_like_saving_it_whole(post, ada):
    stale = Post.objects.get(pk=post.pk)
    post.edit(ada, "I know!")

    stale.hidden_at = timezone.now()
    stale.save(update_fields=["hidden_at"])

    stored = Post.objects.get(pk=post.pk)
    assert (stored.body, stored.version, stored.is_hidden, stored.change) == ("I know!", 2, True, 3)
    stored.body = "I **really** know!"
    stored.save(update_fields={"body"})
    assert "<strong>really</strong>" in Post.objects.get(pk=post.pk).html


def test_line_ends_of_another_system_are_no_edit(post, ada):
    post.edit(ada, "one\ntwo")

    post.body = "one\r\ntwo"
    post.save()

    assert (post.version, post.body) == (2, "one\ntwo")


def test_a_post_that_is_refused_leaves_no_trace(topic, ada):
    with pytest.raises(MarkdownError):
        topic.reply(ada, "x" * 32_001)

    stored = Topic.objects.get(pk=topic.pk)
    assert (stored.last_number, stored.change) == (1, 1)


def test_the_admin_is_told_why_a_text_is_refused(post):
    post.body = "x" * 32_001
    with pytest.raises(ValidationError, match="longer"):
        post.clean()


def test_an_edit_keeps_reason_editor_and_former_text(post, mo):
    post.edit(mo, "Which one?", reason="clearer")

    assert (post.body, post.version, post.edited_by, post.edit_reason) == (
        "Which one?",
        2,
        mo,
        "clearer",
    )
    post.edit(post.author, "Which, then?")
    former = [(r.version, r.body, r.editor, r.reason) for r in post.revisions.all()]
    assert former == [(1, "I wonder.", post.author, ""), (2, "Which one?", mo, "clearer")]


@pytest.mark.parametrize("who", ["ada", "mo", "olive"])
def test_no_edit_bumps_its_topic(topic, ada, grace, mo, olive, who):
    """Neither moderators' nor authors', of the first post or the last."""
    topic.reply(ada, "Tea.")
    Topic.objects.filter(pk=topic.pk).update(bumped_at=timezone.now() - timedelta(days=2))
    other = Topic.start(grace, topic.category, "Newer", "Something else.")
    before = Topic.objects.get(pk=topic.pk)

    for post in topic.posts.order_by("number"):
        post.edit({"ada": ada, "mo": mo, "olive": olive}[who], f"Other words {post.number}.")

    after = Topic.objects.get(pk=topic.pk)
    assert after.change == before.change + 2
    assert (after.bumped_at, after.last_author) == (before.bumped_at, before.last_author)
    assert after.last_number == before.last_number
    assert [t.pk for t in Topic.objects.in_order()] == [other.pk, topic.pk]


def test_an_edit_that_changes_nothing_is_none(post, ada):
    post.edit(ada, "I wonder.", version=1)

    assert post.version == 1
    assert not post.revisions.exists()


def test_the_second_of_two_editors_is_told(post, ada, mo):
    mine, theirs = Post.objects.get(pk=post.pk), Post.objects.get(pk=post.pk)
    theirs.edit(mo, "Theirs.", version=1)

    with pytest.raises(EditConflict) as conflict:
        mine.edit(ada, "Mine.", version=1)

    assert conflict.value.post.body == "Theirs."
    mine.edit(ada, "Both.", version=conflict.value.post.version)
    assert Post.objects.get(pk=post.pk).body == "Both."


def test_the_same_edit_sent_twice_is_fine(post, ada):
    post.edit(ada, "I know!", version=1)
    post.edit(ada, "I know!", version=1)

    assert post.version == 2


def test_hiding_never_undoes_an_edit(post, ada, mo):
    stale = Post.objects.get(pk=post.pk)
    post.edit(ada, "I know!")

    stale.hide(mo)
    assert (stale.body, stale.version, stale.is_hidden, stale.hidden_by) == ("I know!", 2, True, mo)
    stale.restore()
    assert (stale.body, stale.version, stale.is_hidden) == ("I know!", 2, False)


def test_hiding_twice_keeps_who_did_it_first(post, ada, mo):
    post.hide(mo)
    Post.objects.get(pk=post.pk).hide(ada)

    post.refresh_from_db()
    assert post.hidden_by == mo
    assert Topic.objects.get(pk=post.topic_id).change == 2


def test_members_are_counted_by_the_posts_that_show(topic, grace):
    reply = topic.reply(grace, "Tea.")
    topic.reply(grace, "And cake.")

    def count():
        return User.objects.get(pk=grace.pk).posts_count

    assert count() == 2
    reply.hide(grace)
    reply.hide(grace)
    assert count() == 1
    reply.restore()
    reply.restore()
    assert count() == 2


def test_a_post_that_begins_hidden_is_not_counted(topic, grace):
    before = topic.bumped_at
    Post(topic=topic, author=grace, body="Spam", hidden_at=timezone.now()).save()

    topic.refresh_from_db()
    assert (topic.last_number, topic.last_author, topic.bumped_at) == (2, topic.author, before)
    assert User.objects.get(pk=grace.pk).posts_count == 0


def test_a_token_makes_one_post(topic, ada, help_category):
    token = "0" * 32
    topic.reply(ada, "Once.", token)

    with pytest.raises(IntegrityError), transaction.atomic():
        topic.reply(ada, "Twice.", token)
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.start(ada, help_category, "Thrice", "Again.", token)

    assert Topic.objects.count() == 1
    assert Topic.objects.get().last_number == 2


def test_two_people_may_have_the_same_token(topic, ada, grace):
    topic.reply(ada, "Mine.", "0" * 32)
    topic.reply(grace, "Mine too.", "0" * 32)

    assert topic.last_number == 3


def test_who_may_read_a_hidden_post(post, ada, grace, mo, olive):
    post.hide(ada)

    readers = [who for who in (AnonymousUser(), ada, grace, mo, olive) if post.can_be_read_by(who)]
    assert readers == [ada, mo, olive]


def test_who_may_edit(post, ada, grace, mo, olive):
    def editors():
        stored = Post.objects.get(pk=post.pk)
        return [
            who.username
            for who in (AnonymousUser(), ada, grace, mo, olive)
            if stored.can_be_edited_by(who)
        ]

    assert editors() == ["ada", "mo", "olive"]
    post.topic.close()
    assert editors() == ["mo", "olive"]
    post.topic.open()
    post.hide(mo)
    assert editors() == ["mo", "olive"]


def test_who_may_no_longer_write_somewhere_may_not_edit_there(post, ada):
    post.topic.category.posters.add(world.group("Writers"))

    assert not Post.objects.get(pk=post.pk).can_be_edited_by(ada)


def test_an_author_shows_again_what_they_hid_but_not_what_a_moderator_hid(post, ada, grace, mo):
    post.hide(ada)
    assert post.can_be_restored_by(ada)
    assert not post.can_be_restored_by(grace)
    post.restore()
    post.hide(mo)
    assert not post.can_be_restored_by(ada)
    assert post.can_be_restored_by(mo)


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_at_once_one_wins_and_the_other_is_told(post, ada, mo):
    def edit(who, text):
        try:
            Post.objects.get(pk=post.pk).edit(who, text, version=1)
        except EditConflict as conflict:
            return conflict.post.body
        return None

    told = at_once(lambda: edit(ada, "Mine."), lambda: edit(mo, "Theirs."))

    stored = Post.objects.get(pk=post.pk)
    assert sorted(told, key=str) == sorted([None, stored.body], key=str)
    assert stored.version == 2
    assert stored.revisions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_token_sent_by_eight_threads_makes_one_post(topic, ada):
    def send():
        try:
            Topic.objects.get(pk=topic.pk).reply(ada, "Me!", "a" * 32)
        except IntegrityError:
            return 0
        return 1

    assert sum(at_once(*[send] * 8)) == 1
    assert [post.number for post in topic.posts.order_by("number")] == [1, 2]
    assert Topic.objects.get(pk=topic.pk).change == 2
