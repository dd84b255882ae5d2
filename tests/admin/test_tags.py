"""Tags are made, renamed and merged in the admin, and their topics follow."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from forum.models import Level, Tag, TagLevel, Topic
from forum.tagging import showing
from tests.support import world
from tests.support.events import heard

CHANGE = "admin:forum_tag_change"


def values(name, **fields):
    return {"name": name, "description": "", "synonyms": "", **fields}


def names(topic):
    return [tag.name for tag in Topic.objects.get(pk=topic.pk).tags]


def synonyms(tag):
    return [one.name for one in tag.synonyms]


def test_an_owner_makes_a_tag(signed_in, olive, lounge):
    client = signed_in(olive)
    group = world.group("Insiders")
    fields = {"synonyms": "Chai, brew", "groups": [group.pk], "categories": [lounge.pk]}

    client.post(reverse("admin:forum_tag_add"), values("Tea", **fields))

    tag = Tag.objects.get()
    assert (tag.name, tag.slug, synonyms(tag)) == ("Tea", "tea", ["brew", "Chai"])
    assert (tag.groups.get(), tag.categories.get()) == (group, lounge)
    assert "Chai" in client.get(reverse("admin:forum_tag_changelist")).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Coffee"}, "There is a tag with the name or synonym “Coffee” already."),
        ({"name": "Tea", "synonyms": "mocha"}, "synonym “mocha” already"),
        ({"name": "a, b"}, "Leave out commas"),
        ({"name": "#"}, "Use at least one letter"),
        ({"name": "Tea", "synonyms": "x" * 41}, "too long for a tag"),
    ],
)
def test_what_can_not_be_saved_is_said(signed_in, olive, fields, said):
    world.tag("coffee", synonyms=["mocha"])

    response = signed_in(olive).post(reverse("admin:forum_tag_add"), values(**fields))

    assert said in response.content.decode()
    assert Tag.objects.count() == 1


def test_a_renamed_tag_is_shown_so_in_its_topics_and_keeps_its_addresses(
    signed_in, olive, ada, help_category, django_capture_on_commit_callbacks
):
    tag = world.tag("tea", synonyms=["chai"])
    topics = [world.topic(ada, help_category, tagged=[tag]) for _ in range(3)]
    client = signed_in(olive)

    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(CHANGE, args=[tag.pk]), values("Hot drinks", synonyms="chai"))
        showing.show()

    tag.refresh_from_db()
    assert [names(topic) for topic in topics] == [["Hot drinks"]] * 3
    assert [kind for kind, _change, _post in news] == ["tagged"] * 3
    assert synonyms(tag) == ["chai", "tea"]
    assert client.get("/tags/tea/")["Location"] == "/tags/hot-drinks/"
    assert tag.shown_to is None


def test_it_is_shown_in_all_of_them_a_batch_at_a_time(ada, help_category, monkeypatch):
    monkeypatch.setattr(showing, "BATCH", 2)
    tag = world.tag("tea")
    topics = [world.topic(ada, help_category, tagged=[tag]) for _ in range(5)]
    tag.name = "Tea"
    tag.save()

    showing.show_some(Tag.objects.get(pk=tag.pk))
    assert [names(topic)[0] for topic in topics].count("Tea") == 2
    showing.show()

    assert [names(topic)[0] for topic in topics].count("Tea") == 5


def test_a_topic_that_can_not_be_shown_does_not_keep_others_waiting(
    topic, ada, help_category, monkeypatch
):
    tags = [world.tag("tea"), world.tag("coffee")]
    other = world.topic(ada, help_category, tagged=[tags[1]])
    topic.tag([tags[0]])
    for tag in tags:
        tag.name = tag.name.upper()
        tag.save()
    show_in = showing.show_in

    def fail(pk):
        if pk == topic.pk:
            raise ValueError("poison")
        show_in(pk)

    monkeypatch.setattr(showing, "show_in", fail)
    showing.show()

    assert (names(topic), names(other)) == (["tea"], ["COFFEE"])
    monkeypatch.undo()
    showing.show()
    assert names(topic) == ["TEA"]


def test_merged_tags_give_their_topics_names_and_followers_to_the_other(
    signed_in, olive, ada, grace, iris, help_category
):
    tea, chai = world.tag("tea"), world.tag("chai", synonyms=["masala"])
    one = world.topic(ada, help_category, tagged=[chai])
    both = world.topic(ada, help_category, tagged=[chai, tea])
    TagLevel.objects.choose(grace, chai, Level.WATCHING)
    for tag, level in ((chai, Level.WATCHING), (tea, Level.MUTED)):
        TagLevel.objects.choose(iris, tag, level)
    client, address = signed_in(olive), reverse("admin:forum_tag_changelist")
    sent = {"action": "merge", "_selected_action": [chai.pk], "select_across": "0"}

    asked = client.post(address, sent)
    client.post(address, {**sent, "merging": "1", "into": tea.pk})

    assert "Merge tags" in asked.content.decode()
    assert client.get("/tags/chai/")["Location"] == "/tags/tea/"
    assert list(Tag.objects.visible_to(ada)) == [tea]
    showing.show()
    assert (names(one), names(both)) == (["tea"], ["tea"])
    assert Tag.objects.get() == tea
    assert Tag.objects.with_counts(ada).get().topics == 2
    assert synonyms(tea) == ["chai", "masala"]
    levels = TagLevel.objects.order_by("member__username").values_list("member__username", "level")
    assert list(levels) == [("grace", Level.WATCHING), ("iris", Level.MUTED)]
    assert LogEntry.objects.get().change_message == "Merged into tea."


def test_a_topic_that_is_tagged_while_its_tag_is_merged_gets_the_other(topic):
    tea, chai = world.tag("tea"), world.tag("chai")
    chai.merge_into(tea)

    topic.tag([chai])

    assert names(topic) == ["tea"]


def test_a_tag_is_merged_once(db):
    tea, chai, coffee = (world.tag(name) for name in ("tea", "chai", "coffee"))
    chai.merge_into(tea)

    with pytest.raises(Exception, match="just been merged"):
        chai.merge_into(coffee)


def test_staff_keep_what_they_may_not_see_of_a_tag(signed_in, ada, help_category, lounge):
    from django.contrib.auth.models import Permission

    ada.is_staff = True
    ada.save()
    ada.user_permissions.set(Permission.objects.filter(content_type__model="tag"))
    tag = world.tag("tea", categories=[help_category, lounge])
    secret = world.tag("plans", categories=[lounge])
    client = signed_in(ada)

    shown = client.get(reverse(CHANGE, args=[tag.pk])).content.decode()
    client.post(reverse(CHANGE, args=[tag.pk]), values("tea", categories=[help_category.pk]))

    assert "Lounge" not in shown
    assert set(tag.categories.all()) == {help_category, lounge}
    assert client.get(reverse(CHANGE, args=[secret.pk])).status_code == 302
    assert "plans" not in client.get(reverse("admin:forum_tag_changelist")).content.decode()
