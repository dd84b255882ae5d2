import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from forum.models import Post, Topic
from tests.support import world
from tests.support.concurrency import at_once
from tests.support.events import heard


def test_a_new_topic_holds_its_first_post(ada, help_category):
    topic = Topic.start(ada, help_category, "Tea or coffee?", "I **wonder**.")

    first = topic.posts.get()
    assert (first.number, first.author, first.change) == (1, ada, 1)
    assert "<strong>wonder</strong>" in first.html
    assert (topic.last_number, topic.change, topic.replies, topic.last_author) == (1, 1, 0, ada)


def test_a_topic_whose_text_is_refused_is_not_started(ada, help_category):
    with pytest.raises(ValueError, match="longer"):
        Topic.start(ada, help_category, "Long", "x" * 32_001)

    assert not Topic.objects.exists()


def test_replies_are_numbered_in_their_order(topic, grace):
    numbers = [topic.reply(grace, f"Reply {n}.").number for n in range(3)]

    assert numbers == [2, 3, 4]


def test_a_reply_brings_its_topic_back_to_the_top(topic, grace, help_category):
    world.topic(grace, help_category, title="Newer")
    before = topic.bumped_at

    topic.reply(grace, "Still here?")

    assert topic.bumped_at > before
    assert Topic.objects.in_order().first() == topic


def test_a_topic_knows_its_new_numbers_after_a_reply(topic, grace):
    topic.reply(grace, "Tea.")

    assert (topic.last_number, topic.last_author, topic.change) == (2, grace, 2)


def test_every_visible_change_takes_the_next_change_number(topic, grace, mo, lounge):
    reply = topic.reply(grace, "Tea.")
    changes = []
    for act in (
        lambda: reply.edit(grace, "Green tea."),
        lambda: reply.hide(grace),
        lambda: reply.restore(),
        lambda: topic.rename("Tea, coffee or water?"),
        lambda: topic.close(),
        lambda: topic.open(),
        lambda: topic.pin(),
        lambda: topic.unpin(),
        lambda: topic.move(lounge),
    ):
        act()
        changes.append(Topic.objects.get(pk=topic.pk).change)

    assert changes == list(range(3, 12))


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda topic, place: topic.rename("Another title"), "renamed"),
        (lambda topic, place: topic.close(), "closed"),
        (lambda topic, place: topic.pin(), "pinned"),
        (lambda topic, place: topic.move(place), "moved"),
        (lambda topic, place: topic.tag([world.tag()]), "tagged"),
    ],
)
def test_what_happens_to_the_header_is_announced_once_it_is_saved(
    topic, lounge, act, kind, django_capture_on_commit_callbacks
):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        act(topic, lounge)
        assert news == []

    assert news == [(kind, 2, None)]
    assert Topic.objects.get(pk=topic.pk).header_change == 2


def test_what_is_done_already_is_not_announced_again(topic, django_capture_on_commit_callbacks):
    topic.close()
    topic.pin()
    first = topic.closed_at, topic.pinned_at

    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        topic.close()
        topic.pin()
        topic.rename(topic.title)

    topic.refresh_from_db()
    assert (topic.closed_at, topic.pinned_at) == first
    assert news == []
    assert topic.change == 3


def test_a_verb_on_a_stale_topic_keeps_what_somebody_else_changed(topic, grace):
    stale = Topic.objects.get(pk=topic.pk)
    topic.rename("A better title")
    topic.reply(grace, "Tea.")

    stale.close()

    stored = Topic.objects.get(pk=topic.pk)
    assert (stored.title, stored.last_number, stored.is_open) == ("A better title", 2, False)
    assert stored.change == 4


def test_saving_a_stale_topic_never_turns_its_numbers_back(topic, grace):
    stale = Topic.objects.get(pk=topic.pk)
    topic.reply(grace, "Tea.")

    stale.pinned_at = timezone.now()
    stale.save()

    stored = Topic.objects.get(pk=topic.pk)
    assert (stored.last_number, stored.last_author, stored.change) == (2, grace, 3)


def test_saving_some_fields_of_a_topic_counts_like_saving_it_whole(topic):
    stale = Topic.objects.get(pk=topic.pk)
    topic.close()

    stale.title = "Rooibos"
    stale.save(update_fields=["title"])

    stored = Topic.objects.get(pk=topic.pk)
    assert (stored.title, stored.slug, stored.is_open) == ("Rooibos", "rooibos", False)
    assert stored.change == stored.header_change == 3


def test_hiding_the_last_post_takes_its_topic_back_to_where_it_was(topic, grace):
    before = topic.bumped_at
    reply = topic.reply(grace, "Tea.")

    reply.hide(grace)
    topic.refresh_from_db()
    hidden = topic.bumped_at, topic.last_author_id, topic.last_number
    reply.restore()
    topic.refresh_from_db()

    assert hidden == (before, topic.author_id, 2)
    assert (topic.bumped_at, topic.last_author) == (reply.created_at, grace)


def test_an_address_keeps_letters_of_every_language(ada, help_category):
    assert world.topic(ada, help_category, title="Tee für Łódź").slug == "tee-für-łódź"
    assert world.topic(ada, help_category, title="???").slug == "topic"


def test_who_may_reply(topic, ada, mo, lounge, iris):
    assert topic.takes_replies_from(ada)
    assert not topic.takes_replies_from(AnonymousUser())

    topic.close()
    assert not topic.takes_replies_from(ada)
    assert topic.takes_replies_from(mo)

    topic.move(lounge)
    topic.open()
    assert not topic.takes_replies_from(ada)
    assert topic.takes_replies_from(iris)


def test_a_key_puts_topics_in_the_order_of_their_activity(ada, help_category):
    topics = [world.topic(ada, help_category) for _ in range(3)]

    assert sorted(topics, key=lambda topic: topic.key) == topics


@pytest.mark.django_db(transaction=True)
def test_people_who_reply_at_once_get_numbers_without_gaps(topic):
    people = [world.member(f"member{n}") for n in range(8)]
    with heard() as news:
        at_once(
            *[
                lambda who=who: [Topic.objects.get(pk=topic.pk).reply(who, "Me!") for _ in range(3)]
                for who in people
            ]
        )

    posts = list(topic.posts.order_by("number"))
    assert [post.number for post in posts] == list(range(1, 26))
    assert [post.change for post in posts] == list(range(1, 26))
    assert sorted(news) == [("created", n, n) for n in range(2, 26)]
    topic.refresh_from_db()
    assert (topic.last_number, topic.change) == (25, 25)
    assert {person.posts.count() for person in people} == {3}


@pytest.mark.django_db(transaction=True)
def test_change_numbers_rise_in_the_order_of_commits(topic, ada, grace):
    reply = topic.reply(grace, "Tea.")
    with heard() as news:
        at_once(
            lambda: [Post.objects.get(pk=reply.pk).edit(grace, f"Tea {n}.") for n in range(4)],
            lambda: [Topic.objects.get(pk=topic.pk).rename(f"Title {n}") for n in range(4)],
            lambda: [topic.posts.get(number=1).edit(ada, f"Well {n}.") for n in range(4)],
            lambda: [Topic.objects.get(pk=topic.pk).reply(ada, "Yes.") for n in range(4)],
        )

    topic.refresh_from_db()
    assert sorted(change for _, change, _ in news) == list(range(3, 19))
    assert topic.change == 18


@pytest.mark.django_db(transaction=True)
def test_nothing_is_announced_of_what_was_rolled_back(topic, ada):
    with heard() as news, transaction.atomic():
        topic.reply(ada, "Never mind.")
        topic.close()
        transaction.set_rollback(True)

    assert news == []
    stored = Topic.objects.get(pk=topic.pk)
    assert (stored.change, stored.last_number, stored.posts.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_post_is_saved_even_if_a_listener_fails(topic, ada):
    from forum.signals import changed

    def fail(**kwargs):
        raise OSError("the wire is cut")

    changed.connect(fail)
    try:
        topic.reply(ada, "Hello?")
    finally:
        changed.disconnect(fail)

    assert topic.posts.count() == 2
