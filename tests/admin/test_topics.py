import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from forum.models import Topic
from tests.support import world

LIST = reverse("admin:forum_topic_changelist")
NEW = reverse("admin:forum_topic_add")


def page(topic):
    return reverse("admin:forum_topic_change", args=[topic.pk])


def select(topics, action, **more):
    return {"action": action, "_selected_action": [topic.pk for topic in topics], **more}


def test_a_topic_added_in_the_admin_has_its_first_post(admin, help_category, olive, send, said):
    heard = said(
        lambda: send(
            admin, NEW, title="  News  of today ", category=help_category.pk, body="We *moved*."
        )
    )

    topic = Topic.objects.get()
    post = topic.posts.get()
    assert heard == [("created", 1)]
    assert (topic.title, topic.author, topic.last_number, topic.last_author) == (
        "News of today",
        olive,
        1,
        olive,
    )
    assert (post.author, post.number) == (olive, 1)
    assert "We <em>moved</em>." in post.html


def test_the_form_for_a_new_topic_sent_twice_makes_one_topic(admin, help_category, fill):
    form = {**fill(admin, NEW), "title": "Only once", "category": help_category.pk, "body": "Once."}

    answers = [admin.post(NEW, form).status_code for _twice in range(2)]

    assert (answers, Topic.objects.count()) == ([302, 302], 1)


def test_a_topic_without_a_text_is_not_made(admin, help_category, send):
    response = send(admin, NEW, title="Nothing to say", category=help_category.pk, body=" ")

    assert response.context["adminform"].form.errors["body"]
    assert not Topic.objects.exists()


def test_a_topic_is_renamed_on_its_page(admin, topic, send, said):
    heard = said(lambda: send(admin, page(topic), title="Tea!"))

    topic.refresh_from_db()
    assert heard == [("renamed", None)]
    assert (topic.title, topic.slug, topic.change, topic.header_change) == ("Tea!", "tea", 2, 2)


def test_a_topic_is_moved_on_its_page(admin, topic, lounge, send, said):
    heard = said(lambda: send(admin, page(topic), category=lounge.pk))

    topic.refresh_from_db()
    assert (heard, topic.category) == ([("moved", None)], lounge)


def test_the_second_of_two_who_rename_is_told_and_keeps_the_title(admin, topic, fill):
    form = {**fill(admin, page(topic)), "title": "Coffee!"}
    topic.rename("Tea!")

    response = admin.post(page(topic), form)

    topic.refresh_from_db()
    assert topic.title == "Tea!"
    assert 'value="Coffee!"' in response.content.decode()
    assert "Tea! · Help" in response.content.decode()


def test_a_reply_meanwhile_does_not_stand_in_the_way_of_a_new_title(admin, topic, ada, fill):
    form = {**fill(admin, page(topic)), "title": "Coffee!"}
    topic.reply(ada, "One more.")

    admin.post(page(topic), form)

    topic.refresh_from_db()
    assert (topic.title, topic.last_number) == ("Coffee!", 2)


@pytest.mark.parametrize(
    ("verb", "before", "kind"),
    [
        ("close", None, "closed"),
        ("open", "close", "opened"),
        ("pin", None, "pinned"),
        ("unpin", "pin", "unpinned"),
    ],
)
def test_topics_are_closed_and_pinned_from_the_list_and_from_their_page(
    verb, before, kind, admin, topic, said
):
    if before:
        getattr(topic, before)()
    button = reverse("admin:forum_topic_do", args=[topic.pk, verb])
    assert button in admin.get(page(topic)).content.decode()

    assert said(lambda: admin.post(LIST, select([topic], verb))) == [(kind, None)]
    assert said(lambda: admin.post(LIST, select([topic], verb))) == []
    assert said(lambda: admin.post(button)) == []
    assert LogEntry.objects.count() == 1


def test_many_topics_are_moved_after_a_page_that_asks_where_to(
    admin, ada, help_category, lounge, said
):
    topics = [world.topic(ada, help_category, title=f"Number {n}") for n in range(3)]
    there = world.topic(ada, lounge, title="There already")

    asked = admin.post(LIST, select([*topics, there], "move"))
    assert asked.status_code == 200
    assert "Number 2" in asked.content.decode()
    heard = said(
        lambda: admin.post(LIST, select([*topics, there], "move", moving=1, category=lounge.pk))
    )

    assert heard == [("moved", None)] * 3
    assert Topic.objects.filter(category=lounge).count() == 4
    assert [str(m) for m in admin.get(LIST).context["messages"]] == [
        "Move to Lounge: 3 changed, 1 unchanged."
    ]


def test_moving_nowhere_asks_again(admin, topic):
    response = admin.post(LIST, select([topic], "move", moving=1, category=""))

    assert "This field is required" in response.content.decode()


def test_the_list_leads_to_the_posts_of_a_topic(admin, topic, ada):
    topic.reply(ada, "Second")
    world.topic(ada, topic.category, title="Another")
    link = reverse("admin:forum_post_changelist", query={"topic__id__exact": topic.pk})

    assert link in admin.get(LIST).content.decode()
    assert [post.topic for post in admin.get(link).context["cl"].result_list] == [topic, topic]
