"""What moderators do on the site is in the admin's log, and authors learn why a post of theirs was
hidden.
"""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from forum.models import Post, Topic
from forum.pages import fragments
from tests.support import world

pytestmark = pytest.mark.django_db

REASON = "canary-reason-51c0"


@pytest.fixture
def post(grace, topic):
    return topic.reply(grace, "Rude words.")


def browser(member=None):
    client = Client()
    if member:
        client.force_login(member, backend="forum.accounts.backends.MemberBackend")
    return client


def do(member, name, target, **form):
    return browser(member).post(reverse(name, args=[target.pk]), form)


def entries():
    return [
        (entry.user.username, str(entry.get_edited_object()), entry.get_change_message())
        for entry in log()
    ]


def log():
    return LogEntry.objects.order_by("pk")


# --- The log ---


def test_what_moderators_do_with_topics_is_in_the_log(mo, topic):
    elsewhere = world.category("Elsewhere")
    for name in ("close_topic", "open_topic", "pin_topic", "unpin_topic"):
        do(mo, name, topic)
    do(mo, "move_topic", topic, category=elsewhere.pk)
    do(mo, "edit_topic", topic, title="Water?")

    assert [message for _who, _what, message in entries()] == [
        "Closed.",
        "Reopened.",
        "Pinned.",
        "Unpinned.",
        "Moved to Elsewhere.",
        "Renamed “Tea or coffee?” to “Water?”.",
    ]
    assert {(who, what) for who, what, _message in entries()} == {("mo", "Water?")}


def test_what_moderators_do_with_posts_is_in_the_log(mo, post):
    do(mo, "hide_post", post, reason=REASON)
    do(mo, "restore_post", post)
    do(mo, "update_post", post, body="Kind words.", reason="Kinder", version=1)

    what = "post 2 in Tea or coffee?"
    assert entries() == [
        ("mo", what, f"Hidden: {REASON}"),
        ("mo", what, "Restored."),
        ("mo", what, "Edited."),
    ]


def test_what_changes_nothing_is_not_in_the_log(mo, topic, post):
    do(mo, "open_topic", topic)
    do(mo, "move_topic", topic, category=topic.category_id)
    do(mo, "edit_topic", topic, title=topic.title)
    do(mo, "restore_post", post)
    do(mo, "update_post", post, body=post.body, version=1)

    assert not log().exists()


def test_what_authors_do_with_their_own_is_not_in_the_log(ada, grace, topic, post):
    do(grace, "hide_post", post)
    do(grace, "restore_post", post)
    do(grace, "update_post", post, body="Kind words.", version=1)
    do(ada, "edit_topic", topic, title="Water?")

    assert Topic.objects.get().title == "Water?"
    assert not log().exists()


def test_nothing_is_done_that_can_not_be_logged(mo, post, monkeypatch):
    def fail(*arguments, **named):
        raise DatabaseError("disk full")

    monkeypatch.setattr(type(LogEntry.objects), "log_actions", fail)
    client = browser(mo)
    client.raise_request_exception = False
    client.post(reverse("hide_post", args=[post.pk]))

    assert not Post.objects.get(pk=post.pk).is_hidden


def test_owners_find_it_in_the_admin(mo, olive, topic):
    do(mo, "close_topic", topic)

    assert (
        "Closed." in browser(olive).get(reverse("admin:forum_topic_history", args=[topic.pk])).text
    )
    assert "Closed." in browser(olive).get(reverse("admin:admin_logentry_changelist")).text


# --- The reason ---


def rendered(post):
    return fragments.rendered_post(Post.objects.for_display().get(pk=post.pk))


def menu(reader, post):
    return browser(reader).get(reverse("post_menu", args=[post.pk])).text


def test_the_author_and_moderators_read_why_a_post_was_hidden(mo, grace, olive, post):
    do(mo, "hide_post", post, reason=f"  {REASON} ")

    for reader in (grace, mo, olive):
        assert f'<q dir="auto">{REASON}</q>' in menu(reader, post)


def test_who_asks_why_learns_that_no_reason_was_given(mo, grace, post):
    do(mo, "hide_post", post)

    assert "The moderator gave no reason." in menu(grace, post)


@pytest.fixture
def vera(db):
    user = world.member("vera", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


def test_nobody_else_does(mo, ada, vera, topic, post):
    do(mo, "hide_post", post, reason=REASON)
    pages = [
        "/",
        topic.get_absolute_url(),
        reverse("post_menu", args=[post.pk]),
        reverse("history", args=[post.pk]),
        reverse("member", args=["grace"]),
        f"/t/{topic.pk}/changes?epoch={topic.epoch}&since=0",
        reverse("admin:forum_post_changelist"),
        reverse("admin:forum_post_change", args=[post.pk]),
        reverse("admin:forum_post_history", args=[post.pk]),
        reverse("admin:forum_topic_history", args=[topic.pk]),
        reverse("admin:admin_logentry_changelist"),
    ]

    for reader in (None, ada, vera):
        for page in pages:
            assert REASON not in browser(reader).get(page, follow=True).text, (reader, page)


def test_pages_and_events_are_the_same_for_all_and_lead_to_the_reason(mo, grace, topic, post):
    do(mo, "hide_post", post, reason=REASON)
    part = rendered(post)

    assert REASON not in part
    assert f'href="{reverse("post_menu", args=[post.pk])}"' in part
    assert part.count("post__why") == 1
    for reader in (None, grace, mo):
        assert part in browser(reader).get(topic.get_absolute_url()).text


def test_a_post_that_its_author_hid_asks_for_no_reason(grace, post):
    assert 'name="reason"' not in menu(grace, post)
    do(grace, "hide_post", post)

    assert "post__why" not in rendered(post)
    assert "gave no reason" not in menu(grace, post)


@pytest.mark.parametrize(
    "restore",
    [lambda post: post.restore(), lambda post: (setattr(post, "hidden_at", None), post.save())],
    ids=["restore()", "save()"],
)
def test_the_reason_goes_when_the_post_comes_back(mo, post, restore):
    do(mo, "hide_post", post, reason=REASON)

    restore(Post.objects.get(pk=post.pk))

    assert Post.objects.get(pk=post.pk).hidden_reason == ""
    assert REASON not in menu(None, post)


@pytest.mark.parametrize("reason", ["x" * 201, "a\u200b\u202eb"])
def test_a_reason_that_can_not_be_kept_comes_back(mo, post, reason):
    answer = do(mo, "hide_post", post, reason=reason)

    assert answer.status_code == 422
    assert reason in answer.text
    assert not Post.objects.get(pk=post.pk).is_hidden


def test_whoever_comes_second_is_told_that_their_reason_was_not_saved(mo, post):
    do(mo, "hide_post", post, reason=REASON)
    second = browser(world.moderator("max"))

    page = second.post(
        reverse("hide_post", args=[post.pk]), {"reason": "Another"}, follow=True
    ).text

    assert "so your reason wasn" in page
    assert Post.objects.get(pk=post.pk).hidden_reason == REASON


def test_moderators_read_the_reason_in_the_admin(olive, mo, post):
    do(mo, "hide_post", post, reason=REASON)

    assert REASON in browser(olive).get(reverse("admin:forum_post_change", args=[post.pk])).text
