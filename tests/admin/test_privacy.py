"""Staff who are not owners see in the admin what they see on the site, and may do no more than
there.
"""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from forum.models import ImportedMessage, Post, Topic
from tests.support import world


@pytest.fixture
def secret(iris, lounge):
    topic = world.topic(iris, lounge, title="The surprise party", body="On Friday.")
    topic.posts.get().edit(iris, "On Saturday.")
    return topic


@pytest.fixture
def his(staff, signed_in):
    return signed_in(staff)


def lists():
    return [
        reverse(f"admin:forum_{noun}_changelist")
        for noun in ("topic", "post", "revision", "category")
    ]


def complete(client, model, field, term=""):
    query = {"app_label": "forum", "model_name": model, "field_name": field, "term": term}
    return [
        found["text"]
        for found in client.get(reverse("admin:autocomplete"), query).json()["results"]
    ]


def test_lists_show_nothing_of_a_private_category(his, secret, topic):
    for address in lists():
        html = his.get(address).content.decode()
        assert "surprise" not in html
        assert "Friday" not in html
        assert "Lounge" not in html
    assert "Tea or coffee?" in his.get(lists()[0]).content.decode()


def test_searching_does_not_find_it_either(his, secret):
    for address in lists():
        assert his.get(address, {"q": "surprise"}).context["cl"].result_count == 0


@pytest.mark.parametrize("page", ["change", "history"])
def test_pages_of_a_private_category_look_like_missing_ones(page, his, secret):
    post = secret.posts.get()
    for noun, pk in (("topic", secret.pk), ("post", post.pk), ("category", secret.category_id)):
        private = his.get(reverse(f"admin:forum_{noun}_{page}", args=[pk]))
        missing = his.get(reverse(f"admin:forum_{noun}_{page}", args=[99999]))
        assert private.status_code == missing.status_code == 302
        assert private.url == missing.url
    assert (
        his.get(reverse("admin:forum_revision_change", args=[post.revisions.get().pk])).status_code
        == 302
    )


def test_completion_offers_nothing_of_it(his, secret, topic):
    assert complete(his, "post", "topic") == ["Tea or coffee?"]
    assert complete(his, "topic", "category") == ["Help"]
    assert complete(his, "category", "parent") == ["Help"]


def test_nothing_can_be_written_or_moved_there(his, secret, topic, fill):
    new_post, new_topic = reverse("admin:forum_post_add"), reverse("admin:forum_topic_add")
    change, change_list = reverse("admin:forum_topic_change", args=[topic.pk]), lists()[0]
    there = {"category": secret.category_id}

    his.post(new_post, {**fill(his, new_post), "topic": secret.pk, "body": "Hello?"})
    his.post(new_topic, {**fill(his, new_topic), "title": "Hello?", "body": "Hello?", **there})
    his.post(change, {**fill(his, change), **there})
    his.post(change_list, {"action": "move", "_selected_action": [topic.pk], "moving": 1, **there})

    assert secret.category.topics.count() == secret.posts.count() == 1


def test_the_verbs_do_not_reach_it(his, secret):
    post = secret.posts.get()

    his.post(lists()[0], {"action": "close", "_selected_action": [secret.pk]})
    his.post(lists()[1], {"action": "hide", "_selected_action": [post.pk]})

    assert his.post(reverse("admin:forum_topic_do", args=[secret.pk, "close"])).status_code == 404
    assert his.post(reverse("admin:forum_post_do", args=[post.pk, "hide"])).status_code == 404
    assert Topic.objects.get(pk=secret.pk).is_open
    assert not Post.objects.get(pk=post.pk).is_hidden


def test_no_redirect_tells_a_private_title(his, secret):
    kind = ContentType.objects.get_for_model(Topic).pk

    assert his.get(f"/admin/r/{kind}/{secret.pk}/").status_code == 404


def test_others_entries_in_the_log_are_the_owners_to_read(his, staff, secret, olive):
    staff.user_permissions.add(Permission.objects.get(codename="view_logentry"))
    LogEntry.objects.log_actions(olive.pk, [secret], 2, "Moved.")

    html = his.get(reverse("admin:admin_logentry_changelist")).content.decode()

    assert "surprise" not in html


def test_messages_imported_into_a_private_category_are_not_listed(his, staff, secret):
    staff.user_permissions.add(Permission.objects.get(codename="view_importedmessage"))
    ImportedMessage.objects.create(
        message_id="<party@example.org>", post=secret.posts.get(), category=secret.category
    )

    assert (
        "party" not in his.get(reverse("admin:forum_importedmessage_changelist")).content.decode()
    )


# --- What may be written ---


def test_staff_write_in_their_own_name(his, staff, topic, ada, fill):
    new = reverse("admin:forum_post_add")

    his.post(new, {**fill(his, new), "topic": topic.pk, "body": "Mine.", "author": ada.pk})

    assert topic.posts.get(number=2).author == staff


def test_staff_do_not_write_where_only_others_may(his, ada, fill):
    announcements = world.category("Announcements", posters=["Owners"])
    topic = world.topic(ada, announcements)
    new = reverse("admin:forum_post_add")

    response = his.post(new, {**fill(his, new), "topic": topic.pk, "body": "Me too."})

    assert response.context["adminform"].form.errors["topic"]
    assert topic.posts.count() == 1


def test_staff_who_do_not_moderate_see_no_hidden_text_and_change_nobody_s_post(
    his, staff, topic, mo, ada
):
    staff.groups.clear()
    post, hidden = topic.posts.get(), topic.reply(ada, "Rude words")
    hidden.edit(ada, "Ruder words")
    hidden.hide(mo)

    for address in lists():
        assert "Rude" not in his.get(address).content.decode()
    his.post(lists()[1], {"action": "hide", "_selected_action": [post.pk]})
    his.post(lists()[0], {"action": "close", "_selected_action": [topic.pk]})

    assert (
        his.post(reverse("admin:forum_post_change", args=[post.pk]), {"body": "x"}).status_code
        == 403
    )
    assert (
        his.post(reverse("admin:forum_topic_change", args=[topic.pk]), {"title": "x"}).status_code
        == 403
    )
    assert his.get(reverse("admin:forum_post_change", args=[post.pk])).status_code == 200
    assert his.get(reverse("admin:forum_topic_change", args=[topic.pk])).status_code == 200
    assert not Post.objects.get(pk=post.pk).is_hidden
    assert Topic.objects.get(pk=topic.pk).is_open


def test_who_may_only_look_has_no_buttons_and_no_actions(his, staff, topic):
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_post", "view_topic"]))
    post = topic.posts.get()
    button = reverse("admin:forum_post_do", args=[post.pk, "hide"])

    assert (
        button not in his.get(reverse("admin:forum_post_change", args=[post.pk])).content.decode()
    )
    assert his.post(button).status_code == 403
    his.post(lists()[1], {"action": "hide", "_selected_action": [post.pk]})
    assert not Post.objects.get(pk=post.pk).is_hidden


def test_members_have_no_admin(signed_in, mo):
    assert signed_in(mo).get(reverse("admin:index")).status_code in (302, 403)
