"""Everything short that people type follows the rules of forum/text/short_text.py, whichever form
it comes by.
"""

import pytest
from django.urls import reverse

from forum.models import Announcement, Category, Post, Topic, User
from tests.support import world

pytestmark = pytest.mark.django_db
FAULTY = {
    "nothing to see": "\u200b\u3164\u2800\u00ad",
    "hidden": "Tea\u200b time",
    "turned round": "Tea \u202etime",
    "never closed": "Tea \u2067time",
    "piled up": "T" + "\u0300\u0301" * 48 + "ea time",
}


@pytest.fixture(params=FAULTY.values(), ids=FAULTY)
def faulty(request):
    return request.param


def refused(response, field):
    page = response.context
    form = page["adminform"].form if "adminform" in page else page["form"]
    return field in form.errors


def test_the_title_of_a_new_topic(ada, help_category, signed_in, faulty):
    form = {
        "title": faulty,
        "category": help_category.pk,
        "body": "Typed for an hour.",
        "token": world.token(),
    }
    response = signed_in(ada).post(reverse("create_topic"), form)

    assert response.status_code == 422
    assert refused(response, "title")
    assert "Typed for an hour." in response.text
    assert not Topic.objects.exists()


def test_a_new_title(ada, topic, signed_in, faulty):
    response = signed_in(ada).post(reverse("edit_topic", args=[topic.pk]), {"title": faulty})

    assert refused(response, "title")


def test_why_a_post_was_edited(ada, topic, signed_in, faulty):
    post = topic.posts.get()
    form = {"body": "Typed for an hour.", "reason": faulty, "version": 1, "token": world.token()}
    response = signed_in(ada).post(reverse("update_post", args=[post.pk]), form)

    assert refused(response, "reason")
    assert "Typed for an hour." in response.text
    assert Post.objects.get().version == 1


@pytest.mark.parametrize("field", ["name", "about"])
def test_what_a_member_says_of_themselves(ada, signed_in, field, faulty):
    response = signed_in(ada).post(
        reverse("profile"), {"name": "Countess", "about": "I write.", field: faulty}
    )

    assert refused(response, field)
    assert User.objects.get().name == "Ada Lovelace"


@pytest.mark.parametrize("field", ["name", "description"])
def test_what_a_category_is_called(olive, signed_in, field, faulty):
    form = {"name": "Help", "description": "", "color": "#868e96", "position": 0, field: faulty}
    response = signed_in(olive).post(reverse("admin:forum_category_add"), form)

    assert refused(response, field)
    assert not Category.objects.exists()


def test_an_announcement(olive, signed_in, faulty):
    response = signed_in(olive).post(reverse("admin:forum_announcement_add"), {"text": faulty})

    assert refused(response, "text")
    assert not Announcement.objects.exists()


def test_a_group(olive, signed_in, faulty):
    response = signed_in(olive).post(reverse("admin:auth_group_add"), {"name": faulty})

    assert refused(response, "name")


def test_a_title_in_the_admin(olive, topic, signed_in, faulty):
    form = {"title": faulty, "category": topic.category_id, "version": topic.header_change}
    response = signed_in(olive).post(reverse("admin:forum_topic_change", args=[topic.pk]), form)

    assert refused(response, "title")


@pytest.mark.parametrize(
    "body",
    [
        "\u200b",
        "\u3164 \u2800",
        "**\u00ad**",
        "> \u2060",
        "```\n```",
        "[\u200b]()",
        "# \u115f",
        "&shy;&#8203;",
    ],
)
def test_a_post_of_which_nothing_can_be_seen(ada, topic, signed_in, body):
    form = {"body": body, "token": world.token()}
    response = signed_in(ada).post(reverse("create_reply", args=[topic.pk]), form)

    assert response.status_code == 422
    assert refused(response, "body")
    assert Post.objects.count() == 1


@pytest.mark.parametrize("body", ["---", "- [ ]  x", "🫖", "`·`", "[\u200b](/x)", "نمی\u200cخواهم"])
def test_a_post_of_which_little_can_be_seen(ada, topic, signed_in, body):
    form = {"body": body, "token": world.token()}
    assert signed_in(ada).post(reverse("create_reply", args=[topic.pk]), form).status_code == 302


def test_a_title_is_kept_composed_and_on_one_line(ada, help_category, signed_in):
    form = {"category": help_category.pk, "body": "Yes.", "token": world.token()}
    signed_in(ada).post(
        reverse("create_topic"), {**form, "title": " Cafe\u0301\u3000au  lait ❤\ufe0f "}
    )

    assert Topic.objects.get().title == "Café au lait ❤\ufe0f"
