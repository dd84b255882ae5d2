"""Whatever several people do to topics in whatever order: the stored numbers are those of a
recount.
"""

from collections import Counter, defaultdict

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from forum.models import Post, Reaction, Revision, Topic, User
from forum.models.posts import EditConflict
from tests.support import world

WHO = st.sampled_from(["ada", "grace", "mo"])
TEXT = st.sampled_from(["Tea.", "Coffee!", "*Water*", "> so\n\nHm."])


class Forum(RuleBasedStateMachine):
    """Keeps, for each topic, how many changes a reader could see, and what each post should be
    like.
    """

    topics = Bundle("topics")

    def __init__(self):
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.people = {name: world.member(name) for name in ("ada", "grace", "mo")}
        self.places = [world.category("Help"), world.category("Chat")]
        self.changes, self.headers, self.shown = {}, {}, {}

    def teardown(self):
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def stale(self, topic):
        """As somebody's program may hold it: fetched for this act, with nothing of the acts before
        in memory.
        """
        return Topic.objects.get(pk=topic)

    @rule(target=topics, who=WHO, text=TEXT)
    def start(self, who, text):
        topic = Topic.start(self.people[who], self.places[0], "A title", text)
        self.changes[topic.pk], self.headers[topic.pk], self.shown[topic.pk] = 1, 0, [True]
        return topic.pk

    @rule(topic=topics, who=WHO, text=TEXT)
    def reply(self, topic, who, text):
        self.stale(topic).reply(self.people[who], text)
        self.changes[topic] += 1
        self.shown[topic].append(True)

    @rule(topic=topics, data=st.data(), who=WHO, text=TEXT)
    def answer(self, topic, data, who, text):
        post = self.any_post(topic, data)
        self.stale(topic).reply(self.people[who], text, reply_to=post)
        self.changes[topic] += 2  # its own, and that of the post it answers
        self.shown[topic].append(True)

    @rule(topic=topics, who=WHO)
    def reply_twice_with_one_form(self, topic, who):
        token = world.token()
        self.stale(topic).reply(self.people[who], "Once.", token)
        with pytest.raises(IntegrityError), transaction.atomic():
            self.stale(topic).reply(self.people[who], "Twice.", token)
        self.changes[topic] += 1
        self.shown[topic].append(True)

    @rule(topic=topics, data=st.data(), who=WHO, text=TEXT, late=st.booleans())
    def edit(self, topic, data, who, text, late):
        post = self.any_post(topic, data)
        version = post.version - 1 if late else post.version
        before, seen_in = post.body, 1 + post.is_answer
        try:
            post.edit(self.people[who], text, version=version)
        except EditConflict:
            assert late
            return
        self.changes[topic] += (text != before) * seen_in

    @rule(topic=topics, data=st.data(), who=WHO)
    def hide(self, topic, data, who):
        post = self.any_post(topic, data)
        post.hide(self.people[who])
        self.changes[topic] += self.seen_in(post) * self.shown[topic][post.number - 1]
        self.shown[topic][post.number - 1] = False

    @rule(topic=topics, data=st.data())
    def restore(self, topic, data):
        post = self.any_post(topic, data)
        post.restore()
        self.changes[topic] += self.seen_in(post) * (not self.shown[topic][post.number - 1])
        self.shown[topic][post.number - 1] = True

    @rule(topic=topics, data=st.data(), text=TEXT)
    def save_in_a_shell(self, topic, data, text):
        post = self.any_post(topic, data)
        hidden = self.shown[topic][post.number - 1]
        changed = self.seen_in(post) if hidden else (text != post.body) * (1 + post.is_answer)
        post.body, post.hidden_at = text, post.hidden_at or timezone.now()
        post.save(update_fields=["body", "hidden_at"])
        self.changes[topic] += changed
        self.shown[topic][post.number - 1] = False

    @rule(
        topic=topics,
        data=st.data(),
        who=WHO,
        sign=st.sampled_from(["heart", "laugh"]),
        is_on=st.booleans(),
    )
    def react(self, topic, data, who, sign, is_on):
        post, member = self.any_post(topic, data), self.people[who]
        was_on = Reaction.objects.filter(post=post, member=member, name=sign).exists()
        post.react(member, sign, is_on)
        self.changes[topic] += is_on != was_on

    @rule(topic=topics, data=st.data())
    def accept(self, topic, data):
        post = self.any_post(topic, data)
        before = self.stale(topic).posts.get(number=1).answer
        can_be = post.number > 1 and not post.is_hidden and post != before
        post.accept()
        self.changes[topic] += can_be * (2 + bool(before))

    @rule(topic=topics, data=st.data())
    def take_back(self, topic, data):
        post = self.any_post(topic, data)
        was_answer = post.is_answer
        post.take_back()
        self.changes[topic] += 2 * was_answer

    @rule(topic=topics, title=st.sampled_from(["A title", "Another", "A third"]))
    def rename(self, topic, title):
        self.header(
            topic, lambda stored: stored.rename(title), lambda stored: stored.title == title
        )

    @rule(topic=topics)
    def close(self, topic):
        self.header(topic, Topic.close, lambda stored: not stored.is_open)

    @rule(topic=topics)
    def open(self, topic):
        self.header(topic, Topic.open, lambda stored: stored.is_open)

    @rule(topic=topics)
    def pin(self, topic):
        self.header(topic, Topic.pin, lambda stored: stored.is_pinned)

    @rule(topic=topics)
    def unpin(self, topic):
        self.header(topic, Topic.unpin, lambda stored: not stored.is_pinned)

    @rule(topic=topics, place=st.sampled_from([0, 1]))
    def move(self, topic, place):
        place = self.places[place]
        self.header(
            topic, lambda stored: stored.move(place), lambda stored: stored.category == place
        )

    @precondition(lambda self: self.changes)
    @rule(data=st.data())
    def what_is_rolled_back_never_was(self, data):
        topic = data.draw(st.sampled_from(sorted(self.changes)))
        with transaction.atomic():
            self.stale(topic).reply(self.people["ada"], "Never mind.")
            self.stale(topic).rename("Never mind")
            self.stale(topic).posts.first().hide(self.people["ada"])
            transaction.set_rollback(True)

    @invariant()
    def numbers_are_those_of_a_recount(self):
        posts_of = grouped((post.topic_id, post) for post in Post.objects.order_by("number"))
        for topic in Topic.objects.all():
            posts = posts_of[topic.pk]
            shown = [post for post in posts if not post.is_hidden]
            assert [post.number for post in posts] == list(range(1, len(posts) + 1))
            assert [not post.is_hidden for post in posts] == self.shown[topic.pk]
            assert topic.last_number == len(posts)
            assert topic.change == self.changes[topic.pk]
            assert topic.header_change == self.headers[topic.pk] <= topic.change
            changes = [post.change for post in posts]
            assert len(set(changes)) == len(changes)
            assert max(changes + [topic.header_change]) == topic.change
            assert topic.last_author_id == (shown[-1].author_id if shown else topic.author_id)
            assert topic.bumped_at == max(
                (post.created_at for post in shown), default=topic.created_at
            )

    @invariant()
    def answers_are_counted_by_what_shows(self):
        answers = Counter(Post.objects.shown().values_list("reply_to", flat=True))
        for pk, count in Post.objects.values_list("pk", "replies_count"):
            assert count == answers[pk]

    @invariant()
    def one_post_at_most_is_the_answer_and_shown_as_such(self):
        for topic in Topic.objects.all():
            marked = list(topic.posts.filter(is_answer=True))
            question = topic.posts.filter(number=1).first()
            assert marked == ([question.answer] if question and question.answer else [])
            shown = [post.number for post in marked if not post.is_hidden]
            assert [topic.answer_number] == (shown or [None])

    @invariant()
    def reactions_are_counted(self):
        given = Counter(Reaction.objects.values_list("post", "name"))
        for pk, counts in Post.objects.values_list("pk", "reactions"):
            counted = {name: count for (post, name), count in given.items() if post == pk}
            assert counts == counted

    @invariant()
    def members_are_counted_by_what_shows(self):
        written = Counter(Post.objects.shown().values_list("author", flat=True))
        stored = dict(User.objects.values_list("pk", "posts_count"))
        assert stored == {person.pk: written[person.pk] for person in self.people.values()}

    @invariant()
    def every_version_of_a_text_is_kept(self):
        versions = grouped(Revision.objects.order_by("version").values_list("post", "version"))
        for pk, version in Post.objects.values_list("pk", "version"):
            assert versions[pk] == list(range(1, version))

    def seen_in(self, post):
        """How many posts change when this one is hidden or restored."""
        return 1 + bool(post.reply_to_id) + post.is_answer

    def any_post(self, topic, data):
        number = data.draw(st.integers(1, len(self.shown[topic])), label="number")
        return Post.objects.get(topic=topic, number=number)

    def header(self, topic, act, already):
        stored = self.stale(topic)
        nothing_to_do = already(stored)
        act(stored)
        if not nothing_to_do:
            self.changes[topic] += 1
            self.headers[topic] = self.changes[topic]


def grouped(pairs):
    groups = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


class TestVerbs(TestCase):
    def test_numbers_are_those_of_a_recount_after_any_sequence_of_verbs(self):
        run_state_machine_as_test(
            Forum,
            settings=settings(
                max_examples=15,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
