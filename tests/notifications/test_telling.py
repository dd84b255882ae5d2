"""Members are told of what concerns them and what they follow, once, and of nothing else."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.models import (
    Announcement,
    Attention,
    CategoryLevel,
    GroupName,
    Level,
    MemberLevel,
    PersonalChange,
    Post,
    Reading,
    Topic,
    TopicLevel,
    User,
    levels,
)
from forum.notifications import concerned, groups, retention, seeing, storing, telling
from forum.notifications.models import Event, Notice, Preferences
from forum.notifications.retention import KEPT
from forum.search import standing
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def watched(grace, topic):
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    return topic


# --- What concerns one ---


def test_a_mention_is_told(topic, ada, grace, told):
    topic.reply(ada, "What do you say, @grace?")

    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]


def test_a_reply_is_told_to_whom_it_answers(topic, ada, grace, iris, told):
    post = topic.reply(grace, "Tea.")
    topic.reply(iris, "Why?", reply_to=post)

    assert told(grace) == ["iris replied to you in “Tea or coffee?”"]


def test_a_quotation_is_told(topic, ada, grace, iris, told):
    post = topic.reply(grace, "Tea.")
    topic.reply(iris, f"> [@grace](/p/{post.pk}/):\n>\n> Tea.\n\nWhy?")

    assert told(grace) == ["iris quoted you in “Tea or coffee?”"]


def test_of_several_reasons_the_strongest_is_told_alone(watched, ada, grace, iris, told):
    post = watched.reply(grace, "Tea.")
    told(grace)
    watched.reply(iris, "@grace, why?", reply_to=post)

    assert told(grace) == ["iris replied to you in “Tea or coffee?”"]


def test_what_one_does_oneself_is_not_told(watched, grace, told):
    post = watched.reply(grace, "I, @grace, answer")
    watched.reply(grace, "myself", reply_to=post)

    assert told(grace) == []


def test_a_mention_that_an_edit_adds_is_told_and_no_other_again(topic, ada, grace, iris, told):
    post = topic.reply(ada, "@grace")
    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]
    post.edit(ada, "@grace and @iris")

    assert told(iris) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]
    assert Notice.objects.filter(member=grace).count() == 1


def test_a_post_that_was_hidden_before_it_was_told_is_told_when_it_is_restored(
    watched, ada, grace, mo, told
):
    post = watched.reply(ada, "@grace")
    post.hide(mo)
    assert told(grace) == []
    post.restore()

    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]


def test_names_and_titles_of_another_direction_are_isolated_from_the_sentence(
    help_category, ada, grace, told
):
    """Or a Hebrew name at the beginning would turn the sentence round."""
    User.objects.filter(pk=ada.pk).update(name="עדה")
    ada.refresh_from_db()
    topic = world.topic(ada, help_category, "شاي أم قهوة؟")
    told(ada)
    topic.reply(ada, "@grace")

    assert told(grace) == ["\u2068עדה\u2069 mentioned you in “\u2068شاي أم قهوة؟\u2069”"]


# --- What one follows ---


def test_each_post_of_a_watched_topic_is_told(watched, ada, grace, told):
    watched.reply(ada, "One")
    assert told(grace) == ["Ada Lovelace posted in “Tea or coffee?”"]
    watched.reply(ada, "Two")
    assert told(grace) == ["2 new posts in “Tea or coffee?”"]


@pytest.mark.parametrize("level", [Level.MUTED, Level.NORMAL, Level.TRACKING])
def test_posts_of_other_topics_are_not(topic, ada, grace, told, level):
    TopicLevel.objects.choose(grace, topic, level)
    topic.reply(ada, "One")

    assert told(grace) == []


def test_a_watched_category_tells_of_topics_and_posts(help_category, ada, grace, told):
    CategoryLevel.objects.choose(grace, help_category, Level.WATCHING)
    topic = world.topic(ada, help_category, "Sugar?")
    assert told(grace) == ["Ada Lovelace began “Sugar?”"]
    topic.reply(ada, "Or honey?")

    assert told(grace) == ["Ada Lovelace posted in “Sugar?”", "Ada Lovelace began “Sugar?”"]


def test_the_parent_counts_until_the_category_has_a_level_and_that_until_the_topic_has(
    help_category, ada, grace, told
):
    inner = world.category("Inside", parent=help_category)
    CategoryLevel.objects.choose(grace, help_category, Level.WATCHING)
    topic = world.topic(ada, inner, "One")
    assert told(grace) == ["Ada Lovelace began “One”"]

    CategoryLevel.objects.choose(grace, inner, Level.NORMAL)
    topic.reply(ada, "More")
    assert len(told(grace)) == 1

    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    topic.reply(ada, "Still more")
    assert told(grace)[0] == "Ada Lovelace posted in “One”"


def test_posts_of_followed_members_are_told(topic, ada, grace, iris, told):
    MemberLevel.objects.choose(grace, ada, Attention.FOLLOWED)
    topic.reply(ada, "Mine")
    topic.reply(iris, "Not mine")

    assert told(grace) == ["Ada Lovelace, whom you follow, posted in “Tea or coffee?”"]


def test_a_muted_topic_tells_nothing_at_all(topic, ada, grace, told):
    TopicLevel.objects.choose(grace, topic, Level.MUTED)
    topic.reply(ada, "@grace!")

    assert told(grace) == []


@pytest.mark.parametrize("attention", [Attention.MUTED, Attention.IGNORED])
def test_nothing_is_told_of_muted_and_ignored_members(watched, ada, grace, told, attention):
    MemberLevel.objects.choose(grace, ada, attention)
    watched.reply(ada, "@grace!")

    assert told(grace) == []


def test_authors_watch_their_topics_and_track_where_they_reply(topic, ada, grace, told):
    topic.reply(grace, "Tea")
    told(grace)
    chosen = dict(TopicLevel.objects.values_list("member__username", "level"))

    assert chosen == {"ada": Level.WATCHING, "grace": Level.TRACKING}


def test_members_choose_what_they_follow_by_themselves(help_category, grace, told):
    Preferences.objects.create(member=grace, own_topics=Level.NORMAL)
    topic = world.topic(grace, help_category, "Mine")
    told(grace)
    assert not TopicLevel.objects.filter(topic=topic).exists()


def test_owners_choose_what_is_usual(topic, grace, told, settings):
    settings.REPLIED_TOPICS_LEVEL = "watching"
    topic.reply(grace, "Tea")
    told(grace)

    assert TopicLevel.objects.get(member=grace).level == Level.WATCHING


def test_a_reply_changes_no_chosen_level(topic, grace, told):
    TopicLevel.objects.choose(grace, topic, Level.MUTED)
    topic.reply(grace, "Tea")
    told(grace)

    assert TopicLevel.objects.get(member=grace).level == Level.MUTED


def test_who_has_chosen_the_level_of_the_category_keeps_it_when_they_reply(topic, ada, grace, told):
    topic.reply(grace, "Tea")
    told(grace)
    TopicLevel.objects.choose(grace, topic, None)
    assert levels.states(grace, [f"topic:{topic.pk}"]) == {}
    topic.reply(grace, "Milk")
    topic.reply(ada, "No")
    told(grace)

    assert levels.with_levels(Topic.objects, grace).get().level == Level.NORMAL
    assert TopicLevel.objects.chosen_by(grace, topic) is None
    CategoryLevel.objects.choose(grace, topic.category, Level.WATCHING)
    topic.reply(ada, "Sugar")
    assert told(grace) == ["Ada Lovelace posted in “Tea or coffee?”"]


# --- Moderation, announcements, searches ---


def test_authors_are_told_what_moderators_do(topic, ada, mo, told):
    elsewhere = world.category("Elsewhere")
    topic.rename("Tea?", mo)
    topic.move(elsewhere, mo)
    topic.close(mo)
    topic.posts.get(number=1).hide(mo, "too short")

    assert told(ada) == [
        "Your post in “Tea?” was hidden: too short",
        "“Tea?” was closed",
        "“Tea?” was moved to Elsewhere",
        "“Tea or coffee?” is now called “Tea?”",
    ]


def test_an_author_who_has_seen_that_a_topic_was_closed_is_told_that_it_is_open_again(
    topic, ada, mo, told
):
    topic.close(mo)
    told(ada)
    Notice.objects.update(seen_at=timezone.now())
    topic.open(mo)

    assert told(ada) == ["“Tea or coffee?” was reopened", "“Tea or coffee?” was closed"]


def rename_back(topic, mo, elsewhere):
    topic.rename("Tea?", mo)
    yield
    topic.rename("Tea or coffee?", mo)


def rename_back_as_its_author(topic, mo, elsewhere):
    topic.rename("Tea?", mo)
    yield
    topic.rename("Tea or coffee?", topic.author)


def move_back(topic, mo, elsewhere):
    here = topic.category
    topic.move(elsewhere, mo)
    yield
    topic.move(here, mo)


def reopen(topic, mo, elsewhere):
    topic.close(mo)
    yield
    topic.open(mo)


def restore(topic, mo, elsewhere):
    post = topic.posts.get(number=1)
    post.hide(mo, "too short")
    yield
    post.restore()


UNDONE = [rename_back, rename_back_as_its_author, move_back, reopen, restore]


@pytest.mark.parametrize("change", UNDONE)
@pytest.mark.parametrize("is_told_between", [False, True])
def test_what_was_undone_before_its_author_saw_it_is_not_told(
    topic, ada, mo, told, mailed, change, is_told_between
):
    for _ in change(topic, mo, world.category("Elsewhere")):
        if is_told_between:
            assert len(told(ada)) == 1

    assert told(ada) == []
    assert groups.unread(ada) == 0
    assert mailed(ada) == []


def test_what_was_undone_after_an_email_said_so_is_told(topic, ada, mo, told, mailed):
    topic.rename("Tea?", mo)
    assert len(mailed(ada)) == 1
    topic.rename("Tea or coffee?", mo)

    [message] = mailed(ada)
    assert "“Tea?” is now called “Tea or coffee?”" in message.body


def test_a_topic_that_was_renamed_twice_was_renamed_once(topic, ada, mo, told):
    topic.rename("Tea?", mo)
    told(ada)
    topic.rename("Cocoa?", mo)
    told(ada)
    topic.rename("Water?", mo)

    assert told(ada) == ["“Tea or coffee?” is now called “Water?”"]


def test_how_a_topic_was_called_then_stays_in_a_notice_that_was_seen(topic, ada, mo, told):
    topic.rename("Tea?", mo)
    told(ada)
    Notice.objects.update(seen_at=timezone.now())
    topic.rename("Tea or coffee?", mo)

    assert told(ada) == [
        "“Tea?” is now called “Tea or coffee?”",
        "“Tea or coffee?” is now called “Tea?”",
    ]


def test_a_post_that_was_hidden_twice_is_told_once_with_the_last_reason(topic, ada, mo, told):
    post = topic.posts.get(number=1)
    for reason in ("too short", "too long"):
        post.hide(mo, reason)
        told(ada)
        post.restore()
    post.hide(mo, "too plain")

    assert told(ada) == ["Your post in “Tea or coffee?” was hidden: too plain"]
    assert Notice.objects.filter(member=ada).count() == 1


def test_who_is_mentioned_no_more_is_told_nothing(topic, ada, grace, told, mailed):
    post = topic.reply(ada, "@grace, tea?")
    assert len(told(grace)) == 1
    post.edit(ada, "Tea?")

    assert told(grace) == []
    assert mailed(grace) == []
    post.edit(ada, "@grace, tea!")
    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]
    assert len(mailed(grace)) == 1


def test_a_mention_that_was_mailed_and_edited_is_not_mailed_again(topic, ada, grace, told, mailed):
    post = topic.reply(ada, "@grace, tea?")
    assert len(mailed(grace)) == 1
    post.edit(ada, "Tea?")
    assert told(grace) == []
    post.edit(ada, "@grace, tea!")

    assert mailed(grace) == []


def test_who_watches_and_is_mentioned_no_more_is_told_of_the_post(watched, ada, grace, told):
    post = watched.reply(ada, "@grace, tea?")
    told(grace)
    post.edit(ada, "Tea?")

    assert told(grace) == ["Ada Lovelace posted in “Tea or coffee?”"]
    assert groups.unread(grace) == 1


def test_who_is_quoted_or_mentioned_by_a_group_no_more_is_told_nothing(
    topic, ada, grace, iris, told
):
    team = world.group("Team")
    iris.groups.add(team)
    GroupName.objects.create(group=team, name="team", by=GroupName.By.MEMBERS)
    quoted = topic.reply(grace, "Tea.")
    post = topic.reply(ada, f"> [@grace](/p/{quoted.pk}/):\n>\n> Tea.\n\nWhy, @team?")
    assert [len(told(grace)), len(told(iris))] == [1, 1]
    post.edit(ada, "Why?")

    assert [told(grace), told(iris)] == [[], []]


def test_a_deleted_search_takes_back_what_it_found(topic, ada, grace, told, mailed):
    kept, deleted = (standing.save(grace, word) for word in ("trains", "tickets"))
    for word in ("trains", "tickets"):
        topic.reply(ada, f"Of {word}")
        standing.match_posts()
    standing.delete(deleted)

    assert told(grace) == ["Your search “trains” found a post in “Tea or coffee?”"]
    assert len(mailed(grace)) == 1
    assert kept.pk


def test_an_announcement_that_has_ended_is_mailed_to_nobody(ada, told, mailed):
    Preferences.objects.create(member=ada, ways={"announcement": {"mail": "single"}})
    first, _second = (Announcement.objects.announce(text) for text in ("One", "Two"))
    told(ada)
    first.end()

    [message] = mailed(ada)
    assert "Two" in message.subject


def test_authors_are_not_told_what_they_do_themselves(topic, ada, told):
    topic.rename("Tea?", ada)
    topic.posts.get(number=1).hide(ada)

    assert told(ada) == []


def test_announcements_are_told_to_all_active_members(ada, grace, told, django_user_model):
    User.objects.filter(pk=grace.pk).update(is_active=False)
    Announcement.objects.announce("We *move* tonight.")

    assert told(ada) == ["We move tonight."]
    assert not Notice.objects.filter(member=grace).exists()


def test_what_a_saved_search_finds_is_told_unless_it_is_told_anyway(topic, ada, grace, told):
    standing.save(grace, "tickets")
    topic.reply(ada, "Two tickets")
    standing.match_posts()
    topic.reply(ada, "Tickets, @grace")
    standing.match_posts()

    assert told(grace) == [
        "Ada Lovelace mentioned you in “Tea or coffee?”",
        "Your search “tickets” found a post in “Tea or coffee?”",
    ]


def test_an_author_who_has_read_the_post_is_told_that_it_was_hidden(topic, ada, mo, told):
    Reading.objects.record_seen(ada, topic.pk, 1)
    topic.posts.get(number=1).hide(mo, "too short")

    assert told(ada) == ["Your post in “Tea or coffee?” was hidden: too short"]
    assert groups.unread(ada) == 1
    topic.reply(mo, "Please write more.")
    told(mo)
    Reading.objects.record_seen(ada, topic.pk, 2)
    assert groups.unread(ada) == 1


def test_each_announcement_is_told_and_none_that_was_ended_meanwhile(ada, told):
    for text in ("One", "Two"):
        Announcement.objects.announce(text)
    Announcement.objects.announce("A mistake").end()

    assert told(ada) == ["Two", "One"]
    assert groups.unread(ada) == 2


def test_what_different_searches_find_in_a_topic_is_told_apart(topic, ada, grace, told):
    for word in ("tickets", "trains"):
        standing.save(grace, word)
        topic.reply(ada, f"Of {word}")
        standing.match_posts()

    assert told(grace) == [
        f"Your search “{word}” found a post in “Tea or coffee?”" for word in ("trains", "tickets")
    ]


# --- Wikis: whoever edits one writes in another's name ---


@pytest.fixture
def wiki(topic, ada, told):
    post = topic.reply(ada, "Our plans")
    post.make_wiki()
    told(ada)
    return post


def test_who_edits_a_wiki_is_named_and_may_not_tell_whom_they_could_not(
    wiki, ada, grace, iris, told
):
    team = world.group("Team")
    iris.groups.add(team)
    GroupName.objects.create(group=team, name="team", by=GroupName.By.MODERATORS)
    ada.groups.add(world.group("Moderators"))
    wiki.edit(world.member("eve"), "Our plans, @grace and @team")

    assert told(grace) == ["eve mentioned you in “Tea or coffee?”"]
    assert told(iris) == []


def test_a_wiki_edited_before_it_was_told_names_who_wrote_what(topic, ada, grace, iris, told):
    told(ada)
    post = topic.reply(ada, "Our plans, @grace")
    post.make_wiki()
    post.edit(world.member("eve"), "Our plans, @grace and @iris")

    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]
    assert told(iris) == ["eve mentioned you in “Tea or coffee?”"]


def test_who_mutes_an_editor_is_told_what_the_author_wrote_before_them(topic, ada, grace, told):
    eve = world.member("eve")
    MemberLevel.objects.choose(grace, eve, Attention.MUTED)
    post = topic.reply(ada, "Our plans, @grace")
    post.make_wiki()
    post.edit(eve, "Our plans, @grace!")

    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]


def test_who_mutes_an_editor_is_not_told_what_was_added_before_the_post_was(
    topic, ada, grace, told
):
    eve = world.member("eve")
    MemberLevel.objects.choose(grace, eve, Attention.MUTED)
    post = topic.reply(ada, "Our plans")
    post.make_wiki()
    post.edit(eve, "Our plans, @grace")

    assert told(grace) == []


def test_who_is_muted_mentions_nobody_in_the_wiki_of_another(wiki, grace, iris, told):
    MemberLevel.objects.choose(grace, iris, Attention.MUTED)
    told(grace)
    wiki.edit(iris, "Our plans, @grace")

    assert told(grace) == []


# --- Once ---


def test_an_old_post_that_is_restored_is_not_told_again(watched, ada, grace, mo, told):
    post = watched.reply(ada, "@grace")
    post.hide(mo)
    told(grace)
    Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - KEPT - timedelta(days=1))
    post.restore()

    assert told(grace) == []


def test_editing_changes_nothing_for_those_who_were_told(topic, ada, grace, told):
    post = topic.reply(ada, "@grace")
    told(grace)
    before = PersonalChange.objects.get(member=grace, kind="notice").change
    post.edit(ada, "@grace!")
    told(grace)

    assert PersonalChange.objects.get(member=grace, kind="notice").change == before


def test_what_concerns_one_does_not_wait_until_an_announcement_was_told_to_all(
    topic, ada, grace, told, monkeypatch
):
    monkeypatch.setattr(concerned, "BATCH", 2)
    for name in ("ida", "ivo"):
        world.member(name)
    Announcement.objects.announce("Hello all")
    topic.reply(ada, "@grace")
    told(grace)

    told_of = Notice.objects.order_by("pk").values_list("kind", flat=True)
    assert list(told_of) == [*["announcement"] * 2, "mention", *["announcement"] * 2]


def test_nobody_is_left_out_or_told_twice_when_workers_stop_between_batches(
    topic, ada, told, monkeypatch
):
    monkeypatch.setattr(concerned, "BATCH", 2)
    members = [world.member(f"reader{n}") for n in range(7)]
    for member in members:
        TopicLevel.objects.choose(member, topic, Level.WATCHING)
    told(ada)
    topic.reply(ada, "News for @reader3 and you all")
    event = Event.objects.take()

    telling.tell_some(event)  # and its worker is killed
    Event.objects.update(due_at=event.created_at)
    second = Event.objects.take()
    assert telling.tell_some(event) is False  # the first worker has lost it
    while telling.tell_some(second):
        pass

    told_of = Notice.objects.filter(topic=topic).exclude(member=ada)
    assert sorted(told_of.values_list("member__username", "kind")) == [
        (member.username, "mention" if member.username == "reader3" else "post")
        for member in members
    ]
    assert not Event.objects.exists()


def test_nobody_is_left_out_who_watches_both_a_category_and_the_one_above_it(
    help_category, ada, told, monkeypatch
):
    monkeypatch.setattr(concerned, "BATCH", 4)
    inner = world.category("Inside", parent=help_category)
    topic = world.topic(ada, inner)
    told(ada)
    members = [world.member(f"reader{n}") for n in range(12)]
    for member in members[:-1]:
        for place in (help_category, inner):
            CategoryLevel.objects.choose(member, place, Level.WATCHING)
    TopicLevel.objects.choose(members[-1], topic, Level.WATCHING)
    post = topic.reply(ada, "News")
    told(ada)

    of_post = Notice.objects.filter(post=post)
    assert set(of_post.values_list("member", flat=True)) == {member.pk for member in members}


def test_an_event_that_fails_is_tried_again_later_and_others_are_told(
    watched, ada, grace, told, monkeypatch
):
    of_event = telling.of_event
    watched.reply(ada, "Poison")
    watched.reply(ada, "Good")

    def fail(event):
        if event.post.body == "Poison":
            raise ValueError("poison")
        return of_event(event)

    monkeypatch.setattr(telling, "of_event", fail)
    telling.tell()

    assert [group.text for group in groups.shown_to(grace)[0]] == [
        "Ada Lovelace posted in “Tea or coffee?”"
    ]
    [event] = Event.objects.all()
    assert event.error == "poison"
    assert event.due_at > event.created_at


def test_a_post_that_concerns_nobody_asks_little(topic, ada, told):
    topic.reply(ada, "Hello")
    told(ada)
    topic.reply(ada, "To whom it may concern")
    event = Event.objects.take()
    with CaptureQueriesContext(connection) as asked:
        assert telling.tell_some(event) is False

    assert len(asked) == 3  # the post with what belongs to it, all who follow it, and the end


def test_what_a_member_is_told_does_not_grow_without_end(watched, ada, grace, told, monkeypatch):
    monkeypatch.setattr(storing, "PRUNE_EVERY", 2)
    monkeypatch.setattr(retention, "MOST", 3)
    posts = [watched.reply(ada, f"Number {n}") for n in range(10)]
    told(grace)

    kept = list(Notice.objects.filter(member=grace).order_by("-pk").values_list("post", flat=True))
    assert 3 <= len(kept) <= 5
    assert kept == [post.pk for post in reversed(posts)][: len(kept)]


# --- Read ---


def test_reading_a_post_marks_its_notice(watched, ada, grace, told):
    watched.reply(ada, "One")
    watched.reply(ada, "Two")
    told(grace)
    assert groups.unread(grace) == 1

    Reading.objects.record_seen(grace, watched.pk, 2)
    assert groups.unread(grace) == 1
    Reading.objects.record_seen(grace, watched.pk, 3)
    assert groups.unread(grace) == 0


def test_what_was_read_before_it_is_told_is_not_news(watched, ada, grace, told):
    watched.reply(ada, "One")
    watched.reply(ada, "@grace")
    Reading.objects.record_seen(grace, watched.pk, 3)

    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]
    assert groups.unread(grace) == 0


def test_who_has_read_a_post_is_told_that_an_edit_mentions_them(topic, ada, grace, told):
    post = topic.reply(ada, "Hello")
    told(grace)
    Reading.objects.record_seen(grace, topic.pk, 2)
    post.edit(ada, "Hello @grace")

    assert told(grace) == ["Ada Lovelace mentioned you in “Tea or coffee?”"]
    assert groups.unread(grace) == 1


def test_what_is_seen_and_what_is_not_are_told_apart(watched, ada, grace, told):
    watched.reply(ada, "One")
    told(grace)
    Reading.objects.record_seen(grace, watched.pk, 2)
    watched.reply(ada, "Two")

    assert told(grace) == ["Ada Lovelace posted in “Tea or coffee?”"] * 2
    assert groups.unread(grace) == 1


def test_what_is_one_notice_stays_one_while_it_is_read_bit_by_bit(watched, ada, grace, told):
    for text in ("One", "Two", "Three"):
        watched.reply(ada, text)
    told(grace)
    for number in (2, 3):
        Reading.objects.record_seen(grace, watched.pk, number)
    watched.reply(ada, "Four")
    told(grace)
    for number in (4, 5):
        Reading.objects.record_seen(grace, watched.pk, number)

    assert told(grace) == ["4 new posts in “Tea or coffee?”"]
    assert groups.unread(grace) == 0
    watched.reply(ada, "Five")
    assert told(grace) == [
        "Ada Lovelace posted in “Tea or coffee?”",
        "4 new posts in “Tea or coffee?”",
    ]
    Reading.objects.record_seen(grace, watched.pk, 6)
    assert len(told(grace)) == 2


def test_seeing_what_a_search_found_marks_its_notice(topic, ada, grace, told):
    search = standing.save(grace, "tickets")
    topic.reply(ada, "tickets")
    standing.match_posts()
    assert groups.unread(grace) == 1
    standing.mark_seen(search)

    assert groups.unread(grace) == 0


@pytest.mark.django_db(transaction=True)
def test_authors_are_locked_in_a_transaction_of_their_own(topic, ada, grace, told, monkeypatch):
    """Or two workers could each hold an author whom the other one has to tell."""
    at_work = []
    follow = telling.follow_own
    monkeypatch.setattr(
        telling,
        "follow_own",
        lambda post: (at_work.append(connection.in_atomic_block), follow(post)),
    )
    topic.reply(grace, "@ada")

    assert told(ada) == ["Grace Hopper mentioned you in “Tea or coffee?”"]
    assert at_work == [False]


def test_a_member_is_locked_before_their_notices_are_marked(watched, ada, grace, told):
    watched.reply(ada, "One")
    told(grace)
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        seeing.mark(Notice.objects.all(), grace.pk)
    changes = [one["sql"] for one in captured if one["sql"].startswith("UPDATE")]

    assert [sql.split()[1].strip('"') for sql in changes] == ["forum_user", "notifications_notice"]


# --- Visibility ---


def test_who_may_not_see_a_post_is_not_told_of_it(lounge, iris, grace, told):
    topic = world.topic(iris, lounge, "Secret", "@grace?")
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    CategoryLevel.objects.choose(grace, lounge, Level.WATCHING)
    topic.reply(iris, "@grace!")

    assert told(grace) == []
    assert not Notice.objects.filter(member=grace).exists()


def test_what_one_may_not_see_any_more_is_neither_shown_nor_counted(
    watched, lounge, ada, grace, mo, told
):
    watched.reply(ada, "One")
    assert told(grace)
    watched.move(lounge, mo)

    assert told(grace) == []
    assert groups.unread(grace) == 0
    for members in ([grace], [grace, ada, mo]):
        assert groups.states(members, "all")[grace.pk] == {"unread": ""}


def test_hidden_posts_are_neither_shown_nor_counted(watched, ada, grace, mo, told):
    post = watched.reply(ada, "One")
    assert told(grace)
    post.hide(mo)

    assert told(grace) == []
    assert groups.states([grace], "all") == {grace.pk: {"unread": ""}}
    assert groups.states([grace, ada, mo], "all")[grace.pk] == {"unread": ""}


def test_the_states_of_many_are_those_of_each(watched, lounge, ada, iris, grace, told):
    TopicLevel.objects.choose(iris, watched, Level.WATCHING)
    inside = world.topic(world.insider("ivo"), lounge, "Inside", "@iris?")
    watched.reply(ada, "One")
    watched.reply(ada, "@grace")
    told(grace)
    members = [ada, grace, iris]

    assert groups.states(members, "all") == {
        member.pk: groups.state(member, ["all"])["all"] for member in members
    }
    assert groups.unread(iris) == 2
    assert isinstance(inside, Topic)


def test_open_pages_count_again_when_posts_are_hidden_restored_or_moved(
    watched, lounge, ada, grace, mo, told
):
    post = watched.reply(ada, "One")
    told(grace)
    for act in (lambda: post.hide(ada), post.restore, lambda: watched.move(lounge, ada)):
        before = PersonalChange.objects.get(member=grace, kind="notice").change
        act()
        told(grace)
        assert PersonalChange.objects.get(member=grace, kind="notice").change > before


def test_many_members_are_asked_together_whether_they_may_see_a_private_topic(
    lounge, iris, grace, told
):
    def statements(insiders):
        for member in [*insiders, world.member(f"outsider{len(insiders)}")]:
            CategoryLevel.objects.choose(member, lounge, Level.WATCHING)
        secret.reply(iris, "Secret")
        event = Event.objects.take()
        with CaptureQueriesContext(connection) as asked:
            telling.tell_some(event)
        return len(asked)

    secret = world.topic(iris, lounge)
    told(iris)
    owner = world.owner()
    few = statements([owner, world.insider("ivo")])
    many = statements([world.insider(f"insider{n}") for n in range(12)])

    assert many == few
    of_last = Notice.objects.filter(post__number=3).values_list("member__username", flat=True)
    assert set(of_last) == {owner.username, "ivo", *(f"insider{n}" for n in range(12))}


@pytest.mark.parametrize("parent_is_private", [False, True])
def test_many_are_asked_as_each_is(lounge, iris, grace, mo, parent_is_private):
    inner = world.category("Inside", parent=lounge if parent_is_private else None)
    inner.readers.add(world.group("Moderators"))
    both = world.moderator("bo")
    both.groups.add(world.group("Insiders"))
    User.objects.filter(pk=world.owner("ole").pk).update(is_active=False)
    topic = world.topic(both, inner)
    members = list(User.objects.all())
    found = concerned.visible({member.pk: "cause" for member in members}, topic)

    assert set(found) == {
        member.pk
        for member in members
        if Topic.objects.visible_to(member).filter(pk=topic.pk).exists()
    }


# --- Stored with what happened ---


def test_what_was_not_saved_is_not_told(watched, ada, grace, told):
    with transaction.atomic():
        watched.reply(ada, "One")
        transaction.set_rollback(True)

    assert told(grace) == []


def test_the_personal_stream_says_how_many_are_unread(watched, ada, grace, told):
    watched.reply(ada, "One")
    told(grace)
    change = PersonalChange.objects.get(member=grace, kind="notice")

    assert groups.state(grace, [change.key]) == {"all": {"unread": "1"}}
