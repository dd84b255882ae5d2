"""Pages of tags, and the field for tags in the forms of topics."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.models import Tag, Topic
from forum.pages.topic_lists import SIZE
from tests.support import world

pytestmark = pytest.mark.store


def tags_of(topic):
    return [tag.name for tag in Topic.objects.get(pk=topic.pk).tags]


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


# --- The list of a tag ---


def test_a_tag_has_a_list_of_its_topics(client, ada, help_category):
    tag = world.tag("tea", description="Leaves in water.")
    world.topic(ada, help_category, "With it", tagged=[tag])
    world.topic(ada, help_category, "Without it")

    shown = page(client, tag.get_absolute_url())

    assert "With it" in shown
    assert "Without it" not in shown
    assert "Leaves in water." in shown
    assert f'data-list="tag:{tag.pk}"' in shown


def test_topics_and_rows_lead_to_their_tags(client, topic):
    tag = world.tag("Black tea")
    topic.tag([tag])

    for address in ("/", topic.get_absolute_url(), topic.category.get_absolute_url()):
        assert '<a class="tag" href="/tags/black-tea/"' in page(client, address)


@pytest.mark.parametrize("name", ["chai", "brew"])
def test_addresses_of_other_names_lead_to_the_tag(client, db, name):
    tag = world.tag("brew", synonyms=["chai"])
    tag.name = "tea"
    tag.save()

    response = client.get(f"/tags/{name}/?before=x")

    assert (response.status_code, response["Location"]) == (302, "/tags/tea/?before=x")


def test_there_is_no_page_for_what_is_no_tag(client, db):
    assert client.get("/tags/tea/").status_code == 404


def test_pages_of_a_tag_follow_each_other(client, ada, help_category):
    tag = world.tag()
    titles = [f"Topic {n}." for n in range(SIZE + 5)]
    topics = [world.topic(ada, help_category, title, tagged=[tag]) for title in titles]
    topics[0].pin()

    first = client.get(tag.get_absolute_url())
    second = client.get(f"{tag.get_absolute_url()}?before={first.context['older']}")
    back = client.get(f"{tag.get_absolute_url()}?after={second.context['newer']}")

    def shown(response):
        text = response.content.decode()
        return [title for title in titles if title in text]

    assert shown(first) == [titles[0], *titles[5:]]
    assert shown(second) == titles[1:5]
    assert back["Location"] == tag.get_absolute_url()


def test_lists_and_counts_tell_nobody_of_what_they_may_not_see(iris, ada, lounge, topic):
    tag = world.tag("tea")
    topic.tag([tag])
    world.topic(iris, lounge, "Secret plans", tagged=[tag])
    secret = world.tag("plans", categories=[lounge])

    for user, number in ((None, 1), (ada, 1), (iris, 2)):
        client = Client()
        if user:
            client.force_login(user, backend="forum.accounts.backends.MemberBackend")
        shown = page(client, "/tags/")
        assert f"{number} topic" in shown
        assert ("plans" in shown) == (user == iris)
        assert ("Secret plans" in page(client, tag.get_absolute_url())) == (user == iris)
        response = client.get(secret.get_absolute_url())
        assert response.status_code == (200 if user == iris else 404)


def test_a_forum_without_tags_speaks_of_none(signed_in, ada, help_category):
    client = signed_in(ada)

    for address in ("/", "/t/new/"):
        assert "Tags" not in page(client, address)

    world.tag("plans", categories=[world.lounge()])
    assert 'href="/tags/"' not in page(client, "/")
    world.tag("tea")
    assert 'href="/tags/"' in page(client, "/")


def test_the_overview_has_pages(client, db):
    for n in range(103):
        world.tag(f"tag{n:03}")

    first = client.get("/tags/")
    second = page(client, f"/tags/?after={first.context['more']}")

    assert "tag099" in first.content.decode()
    assert [f"/tags/tag{n}/" in second for n in ("099", "100", "102")] == [False, True, True]


def test_no_page_asks_more_for_more_tags(signed_in, ada, help_category):
    tags = [world.tag(f"tag {n}") for n in range(6)]
    plain = world.topic(ada, help_category)
    client = signed_in(ada)

    def asked(address):
        page(client, address)
        with CaptureQueriesContext(connection) as queries:
            page(client, address)
        return len(queries)

    addresses = ["/tags/", "/", plain.get_absolute_url(), tags[0].get_absolute_url()]
    few = [asked(address) for address in addresses]
    for n in range(5):
        world.topic(ada, help_category, f"Topic {n}", tagged=tags)
    plain.tag(tags)
    many = [asked(address) for address in addresses]

    assert few[:3] == many[:3]
    assert many[3] <= many[1] + 1  # as the latest ones, and the tag
    assert many[2] <= 7


# --- A new topic ---


def new_topic(client, category, **fields):
    values = {"title": "Which kettle?", "category": category.pk, "body": "I need one."}
    return client.post(reverse("create_topic"), {**values, "token": world.token(), **fields})


def test_a_topic_begins_with_the_tags_that_its_author_types(signed_in, ada, help_category):
    world.tag("JavaScript", synonyms=["js"])
    world.tag("tea")

    response = new_topic(signed_in(ada), help_category, tags=" #Tea, js, TEA,, ")

    assert response.status_code == 302
    assert tags_of(Topic.objects.get()) == ["JavaScript", "tea"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tee", "There is no tag “tee”. Choose one that there is, or leave it out."),
        ("plans", "There is no tag “plans”"),
        ("staff", "You can&#x27;t use the tag “staff” here. Please leave it out."),
        ("ideas", "You can&#x27;t use the tag “ideas” here. Please leave it out."),
        ("a, b, c, d, e, f, g", "A topic can have 5 tags. Please leave out 2 of these."),
        ("x" * 401, "at most 400 characters"),
    ],
)
def test_what_can_not_be_a_tag_is_said_and_nothing_is_lost(
    signed_in, ada, help_category, lounge, typed, said
):
    world.tag("plans", categories=[lounge])
    world.tag("staff", groups=["Insiders"])
    world.tag("ideas", categories=[world.category("Ideas")])

    response = new_topic(signed_in(ada), help_category, tags=typed)
    shown = response.content.decode()

    assert response.status_code == 422
    assert said in shown
    for text in ("Which kettle?", "I need one.", f'value="{typed}"'):
        assert text in shown
    assert not Topic.objects.exists()


def test_members_make_tags_if_the_site_lets_them(signed_in, ada, help_category, settings):
    settings.MEMBERS_MAKE_TAGS = True
    client = signed_in(ada)

    refused = new_topic(client, help_category, tags="x" * 41)
    new_topic(client, help_category, tags="Kettles, tea")
    new_topic(client, help_category, tags="kettles")

    assert refused.status_code == 422
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["Kettles", "tea"]
    assert Tag.objects.with_counts(ada).get(name="Kettles").topics == 2


def test_a_tag_leads_to_the_form_with_it(signed_in, ada, help_category):
    world.tag("tea")
    client = signed_in(ada)

    assert 'href="/t/new/?tags=tea"' in page(client, "/tags/tea/")
    assert 'name="tags" value="tea"' in page(client, "/t/new/?tags=tea")


# --- Changing them ---


def edit(client, topic, tags, title=None, **fields):
    values = {"title": title or topic.title, "tags": tags, **fields}
    return client.post(reverse("edit_topic", args=[topic.pk]), values)


def test_authors_and_moderators_change_the_tags(signed_in, ada, grace, mo, topic):
    world.tag("tea")
    world.tag("coffee")

    assert edit(signed_in(ada), topic, "tea").status_code == 302
    assert tags_of(topic) == ["tea"]
    assert edit(signed_in(mo), topic, "coffee, tea").status_code == 302
    assert tags_of(topic) == ["coffee", "tea"]
    assert edit(signed_in(grace), topic, "").status_code == 403
    topic.close()
    assert edit(signed_in(ada), topic, "").status_code == 403
    assert tags_of(topic) == ["coffee", "tea"]


def test_the_form_has_the_tags_of_the_topic(signed_in, ada, topic):
    topic.tag([world.tag("tea"), world.tag("coffee")])

    assert 'value="coffee, tea"' in page(signed_in(ada), f"/t/{topic.pk}/edit/")


def test_a_form_without_the_field_leaves_tags_as_they_are(signed_in, ada, topic):
    topic.tag([world.tag("tea")])

    signed_in(ada).post(reverse("edit_topic", args=[topic.pk]), {"title": "Another title"})

    topic.refresh_from_db()
    assert (topic.title, tags_of(topic)) == ("Another title", ["tea"])


def test_tags_that_a_member_may_not_use_stay(signed_in, ada, mo, topic):
    staff, tea = world.tag("staff", groups=["Insiders"]), world.tag("tea")
    topic.tag([staff, tea])
    client = signed_in(ada)

    assert 'value="tea"' in page(client, f"/t/{topic.pk}/edit/")
    assert edit(client, topic, "").status_code == 302
    assert tags_of(topic) == ["staff"]


def test_what_a_moved_topic_has_already_can_stay(signed_in, ada, topic):
    ideas = world.category("Ideas")
    topic.tag([world.tag("ideas", categories=[topic.category]), world.tag("tea")])
    topic.move(ideas)

    assert edit(signed_in(ada), topic, "tea", "A better title").status_code == 302

    assert tags_of(topic) == ["ideas", "tea"]


def test_changed_meanwhile_the_form_says_so_once(signed_in, ada, topic):
    tea, coffee = world.tag("tea"), world.tag("coffee")
    client = signed_in(ada)
    seen = client.get(f"/t/{topic.pk}/edit/").context["form"].initial["seen"]
    topic.tag([tea])

    refused = edit(client, topic, "coffee", seen=seen)
    again = edit(client, topic, "coffee", seen=refused.context["form"]["seen"].value())

    assert "now reads: “tea”" in refused.content.decode()
    assert again.status_code == 302
    assert tags_of(topic) == [coffee.name]


def test_moderators_changes_are_logged(signed_in, mo, topic):
    topic.tag([world.tag("tea")])
    world.tag("coffee")
    world.tag("milk")

    edit(signed_in(mo), topic, "coffee, milk")
    edit(signed_in(mo), topic, "")

    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        "Changed the tags from “tea” to “coffee”, “milk”.",
        "Changed the tags from “coffee”, “milk” to none.",
    ]


def test_sending_a_saved_form_again_changes_nothing(signed_in, ada, topic):
    world.tag("tea")
    client = signed_in(ada)
    edit(client, topic, "tea")
    change = Topic.objects.get(pk=topic.pk).change

    edit(client, topic, "tea")

    assert Topic.objects.get(pk=topic.pk).change == change


def test_search_engines_read_the_tags_of_a_topic(client, topic):
    assert '"keywords"' not in page(client, topic.get_absolute_url())

    topic.tag([world.tag("Black tea"), world.tag("coffee")])

    assert '"keywords": ["Black tea", "coffee"]' in page(client, topic.get_absolute_url())
