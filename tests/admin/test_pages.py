"""Every page of the admin opens, and what it asks the database does not grow with what there is."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.incoming.models import IncomingMail
from forum.mail.models import Mail
from forum.models import (
    Announcement,
    Category,
    ImportedAuthor,
    ImportedMessage,
    Post,
    Revision,
    Tag,
    Topic,
    Upload,
    User,
)
from forum.notifications.models import Delivery, Device, Digest, Event, PushDelivery
from forum.uploads.models import Preparation
from tests.support import world
from tests.support.addresses import notice_of

pytestmark = [pytest.mark.store, pytest.mark.thorough]

MODELS = [
    Announcement,
    Category,
    Tag,
    Topic,
    Post,
    Revision,
    User,
    Group,
    UserSession,
    LogEntry,
    ImportedAuthor,
    ImportedMessage,
    Mail,
    IncomingMail,
    Event,
    Delivery,
    Digest,
    PushDelivery,
    Upload,
    Preparation,
]
LIST, PAGE = 9, 12  # queries, at most


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill_forum(ada, olive, number):
    category = world.category(f"Cats {number}")
    user = world.member(f"member{number}")
    user.groups.add(Group.objects.create(name=f"Group {number}"))
    topic = world.topic(user, category, replies=1, tagged=[world.tag(f"tag {number}")])
    post = topic.posts.get(number=2)
    post.edit(ada, "Better words.", "A slip")
    post.hide(olive)
    UserSession.objects.create(
        user=user, ip="192.0.2.7", session_key=f"key{number}", user_agent="A browser"
    )
    ImportedAuthor.objects.create(user=user, address_hash=f"{number:064}")
    ImportedMessage.objects.create(
        message_id=f"<{number}@example.org>", post=post, category=category
    )
    Announcement.objects.announce(f"News {number}", made_by=olive)
    Mail.objects.create(to=f"{number}@example.org", subject="Welcome")
    IncomingMail.objects.create(digest=str(number), subject="Re: Welcome", post=post)
    Event.objects.create(kind="created", topic=topic, post=post, by=user)
    notice = notice_of(user, post)
    Delivery.objects.create(notice=notice, member=user)
    Digest.objects.create(member=user)
    device = Device.objects.add(user, f"https://push.example/{number}", session_key="key")
    PushDelivery.objects.create(notice=notice, device=device)
    world.picture(user)
    LogEntry.objects.log_actions(olive.pk, [topic], 2, "Moved.")


def newest(model):
    return model.objects.order_by("-pk").values_list("pk", flat=True)[0]


def queries_for(client, address):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(asked)


def test_the_models_of_the_admin_are_the_ones_tested_here():
    assert set(django_admin.site._registry) == set(MODELS)


def test_a_list_asks_the_same_of_few_rows_and_of_many(admin, ada, olive):
    fill_forum(ada, olive, 1)
    few = {}
    for model in MODELS:
        admin.get(address(model, "changelist"))  # content types are remembered from here on
        few[model] = queries_for(admin, address(model, "changelist"))

    for number in range(2, 12):
        fill_forum(ada, olive, number)

    for model in MODELS:
        assert queries_for(admin, address(model, "changelist")) <= few[model] <= LIST, model


def test_the_page_of_an_object_opens_with_few_queries(admin, ada, olive):
    for number in range(1, 12):
        fill_forum(ada, olive, number)

    for model in MODELS:
        pk = newest(model)
        assert queries_for(admin, address(model, "change", pk)) <= PAGE, model
        assert admin.get(address(model, "history", pk)).status_code == 200, model


def test_the_page_of_a_post_asks_the_same_after_one_edit_and_after_many(admin, ada, topic):
    post = topic.posts.get()
    post.edit(ada, "Words")
    page = address(Post, "change", post.pk)
    admin.get(page)  # content types are remembered from here on
    few = queries_for(admin, page)

    for number in range(10):
        post.edit(ada, f"Words {number}")

    assert queries_for(admin, page) == few


@pytest.mark.parametrize(
    "model",
    [Announcement, Category, Tag, Topic, Post, User, Group],
    ids=lambda model: model.__name__,
)
def test_the_form_for_a_new_object_opens_with_few_queries(model, admin):
    assert queries_for(admin, address(model, "add")) <= PAGE


def test_what_is_only_a_record_cannot_be_made_or_changed(admin, ada, olive):
    fill_forum(ada, olive, 1)

    for model in [Revision, UserSession, LogEntry, ImportedAuthor, ImportedMessage]:
        assert admin.get(address(model, "add")).status_code == 403, model
        assert admin.post(address(model, "change", newest(model)), {}).status_code == 403, model


def test_lists_can_be_searched(admin, ada, olive):
    fill_forum(ada, olive, 1)

    for model in MODELS:
        answer = admin.get(address(model, "changelist"), {"q": "member1"})
        assert answer.status_code == 200, model


@pytest.mark.parametrize(
    "words", ["a " * 1500, "a" * 60_000, '"a b" ' * 1000], ids=["many", "long", "quoted"]
)
def test_long_searches_cost_no_more_than_short_ones(words, admin, ada, olive):
    fill_forum(ada, olive, 1)

    for model in MODELS:
        answer = admin.get(address(model, "changelist"), {"q": words})
        assert answer.status_code == 200, model


@pytest.mark.parametrize(
    ("model", "field"), [("topic", "category"), ("post", "author"), ("category", "parent")]
)
def test_long_searches_for_what_to_choose_cost_no_more_either(model, field, admin):
    choice = {"app_label": "forum", "model_name": model, "field_name": field, "term": "a " * 1500}

    assert admin.get(reverse("admin:autocomplete"), choice).status_code == 200


@pytest.mark.parametrize(
    "filters",
    [
        {"hidden_at__isempty": "0"},
        {"hidden_at__isempty": "1"},
        {"edited_at__isempty": "0"},
        {"category": "1"},
        {"category": "none such"},
    ],
)
def test_the_filters_of_posts_work(filters, admin, topic):
    response = admin.get(address(Post, "changelist"), filters)

    assert response.status_code == 200


def test_the_filter_by_hidden_gives_the_hidden_ones(admin, topic, mo):
    topic.reply(mo, "Spam").hide(mo)

    hidden = (
        admin.get(address(Post, "changelist"), {"hidden_at__isempty": "0"})
        .context["cl"]
        .result_list
    )
    shown = (
        admin.get(address(Post, "changelist"), {"hidden_at__isempty": "1"})
        .context["cl"]
        .result_list
    )

    assert [post.number for post in hidden] == [2]
    assert [post.number for post in shown] == [1]


@pytest.mark.parametrize("page", ["index", "app_list"])
def test_the_front_pages_open(page, admin):
    arguments = {"app_label": "forum"} if page == "app_list" else {}

    assert admin.get(reverse(f"admin:{page}", kwargs=arguments)).status_code == 200


def test_view_on_site_leads_to_the_page_of_the_post(admin, topic):
    post = topic.posts.get()

    assert (
        f'href="{post.get_absolute_url()}"'
        in admin.get(address(Post, "change", post.pk)).content.decode()
    )


def test_no_page_needs_styles_or_scripts_of_its_own(admin, ada, olive):
    fill_forum(ada, olive, 1)

    for model in MODELS:
        for page in (address(model, "changelist"), address(model, "change", newest(model))):
            html = admin.get(page).content.decode()
            for of_its_own in ("style=", "<style", "onclick=", "<script>"):
                assert of_its_own not in html, (page, of_its_own)


def test_a_session_s_key_is_never_shown(admin, ada):
    session = UserSession.objects.create(
        user=ada, ip="192.0.2.7", session_key="secretkey", user_agent="A browser"
    )

    for page in (address(UserSession, "changelist"), address(UserSession, "change", session.pk)):
        assert "secretkey" not in admin.get(page).content.decode()
