"""Whatever events are lost, duplicated or reordered, a page ends like a fresh one."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.models import Topic
from realtime.catchup import changes
from realtime.protocol.delivery import Delivery
from realtime.publishing import publisher
from tests.support import world
from tests.support.change_queue import REORDERING, ChangeQueue
from tests.support.events import changed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


POLL = "\n\n```poll\nTea?\n- Yes\n- No\n```"


class Page:
    """Shows what its queue gives it, and asks for what it misses."""

    def __init__(self, user, topic):
        self.user, self.topic, self.posts, self.header = user, topic.pk, {}, None
        self.queue = ChangeQueue(topic.epoch, 0, self.apply)
        self.queue.ask()
        self.catch_up()

    def receive(self, event):
        self.queue.receive(event)

    def compare(self, topic):
        self.queue.compare((topic.epoch, topic.change))
        self.queue.wait(REORDERING)
        self.catch_up()

    def catch_up(self):
        while self.queue.is_asking:
            answer = changes.topic_changes(self.user, self.topic, self.queue.epoch, self.queue.have)
            assert answer["type"] == "changes"
            self.queue.answered(answer)

    def apply(self, event):
        self.header = event["header"]
        if post := event.get("post"):
            self.posts[post["number"]] = post["html"]

    @property
    def state(self):
        return self.posts, self.header, self.queue.have


def act(topic, member, moderator, name, number):
    post = topic.posts.filter(number=number % topic.last_number + 1).first()
    {
        "reply": lambda: topic.reply(member, f"Reply {topic.change}"),
        "answer": lambda: topic.reply(moderator, f"Answer {topic.change}", reply_to=post),
        "edit": lambda: post.edit(member, f"Edited {topic.change}{POLL * post.is_first}"),
        "hide": lambda: post.hide(moderator),
        "restore": post.restore,
        "wiki": post.make_wiki,
        "no wiki": post.end_wiki,
        "react": lambda: post.react(moderator, "heart", number % 2 == 0),
        "vote": lambda: topic.posts.get(number=1).vote(moderator, [1, 2][number % 3 :][:1]),
        "accept": post.accept,
        "take back": post.take_back,
        "rename": lambda: topic.rename(f"Title {topic.change}"),
        "close": topic.close,
        "open": topic.open,
        "pin": topic.pin,
    }[name]()


acts = st.tuples(
    st.sampled_from(
        ["reply", "answer", "answer", "edit", "hide", "restore", "wiki", "no wiki"]
        + [
            "react",
            "react",
            "vote",
            "vote",
            "accept",
            "accept",
            "take back",
            "rename",
            "close",
            "open",
            "pin",
        ]
    ),
    st.integers(0, 5),
)
fates = st.lists(
    st.sampled_from(["comes", "comes", "lost", "twice", "late"]), min_size=40, max_size=40
)


@given(st.lists(acts, min_size=1, max_size=10), fates, st.randoms(), st.booleans())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_page_converges_whatever_happens_to_its_frames(
    transactional_db, doings, fates, random, published_late
):
    number = Topic.objects.count()
    member, moderator = world.member(f"writer{number}"), world.moderator(f"tidier{number}")
    topic = world.topic(member, world.category(f"Place {number}"), body=f"I wonder.{POLL}")
    page, frames, saved = Page(member, topic), [], []

    def listen(sender, kind, topic, post, moved_from, **kwargs):
        saved.append((kind, topic, post.pk if post else None, moved_from))
        if not published_late:
            publish_saved()

    def publish_saved():
        for arguments in saved:
            frames.extend(decoded(publisher.messages(*arguments)))
        saved.clear()

    changed.connect(listen)
    try:
        for name, which in doings:
            act(topic, member, moderator, name, which)
            topic.refresh_from_db()
    finally:
        changed.disconnect(listen)
    publish_saved()
    deliver(page, frames, fates, random)
    page.compare(topic)

    assert page.state == Page(member, topic).state
    changes = [
        int(change)
        for change in re.findall(
            r'id="post-\d+"[^>]*data-change="(\d+)"', "".join(page.posts.values())
        )
    ]
    assert sorted(page.posts) == list(range(1, topic.last_number + 1))
    assert max([*changes, 0]) <= page.queue.have == topic.change


def decoded(messages):
    import json

    deliveries = [message for message in messages if isinstance(message, Delivery)]
    return [json.loads(one.text) for one in deliveries if one.audience.group.startswith("topic.")]


def deliver(page, frames, fates, random):
    late = []
    for frame, fate in zip(frames, fates, strict=False):
        if fate == "late":
            late.append(frame)
        elif fate != "lost":
            for _ in range(2 if fate == "twice" else 1):
                page.receive(frame)
    random.shuffle(late)
    for frame in late:
        page.receive(frame)
