"""Whatever is lost, doubled or swapped on the way, a page ends as a fresh page begins. The rules are topic.js's."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.models import Topic
from realtime.catchup import changes
from realtime.protocol.delivery import Delivery
from realtime.publishing import publisher
from tests.support import world
from tests.support.events import changed

pytestmark = pytest.mark.django_db(transaction=True)


class Page:
    """The cursor of topic.js: the next event is applied, an older one ignored, and a hole is asked for."""

    def __init__(self, user, topic):
        self.user, self.topic, self.epoch, self.have = user, topic.pk, topic.epoch, 0
        self.posts, self.header, self.early = {}, None, {}
        self.repair()

    def hear(self, event):
        if event["change"] <= self.have:
            return
        self.early[event["change"]] = event
        self.apply_in_order()

    def apply_in_order(self):
        while event := self.early.pop(self.have + 1, None):
            self.have += 1
            self.apply(event)
        self.early = {change: event for change, event in self.early.items() if change > self.have}

    def apply(self, event):
        self.header = event["header"]
        if post := event.get("post"):
            self.posts[post["number"]] = post["html"]

    def repair(self):
        more = True
        while more:
            answer = changes.topic_changes(self.user, self.topic, self.epoch, self.have)
            assert answer["type"] == "changes"
            for event in answer["events"]:
                if event["change"] > self.have:
                    self.apply(event)
            self.have, more = max(self.have, answer["change"]), answer["more"]
        self.apply_in_order()

    def compare(self, change):
        if change > self.have:
            self.repair()

    @property
    def state(self):
        return self.posts, self.header, self.have


def act(topic, member, moderator, name, number):
    post = topic.posts.filter(number=number % topic.last_number + 1).first()
    {
        "reply": lambda: topic.reply(member, f"Reply {topic.change}"),
        "edit": lambda: post.edit(member, f"Edited {topic.change}"),
        "hide": lambda: post.hide(moderator),
        "restore": post.restore,
        "rename": lambda: topic.rename(f"Title {topic.change}"),
        "close": topic.close,
        "open": topic.open,
        "pin": topic.pin,
    }[name]()


acts = st.tuples(
    st.sampled_from(["reply", "reply", "edit", "hide", "restore", "rename", "close", "open", "pin"]),
    st.integers(0, 5),
)
fates = st.lists(st.sampled_from(["comes", "comes", "lost", "twice", "late"]), min_size=40, max_size=40)


@given(st.lists(acts, min_size=1, max_size=10), fates, st.randoms(), st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_converges_whatever_happens_to_its_frames(transactional_db, doings, fates, random, told_late):
    number = Topic.objects.count()
    member, moderator = world.member(f"writer{number}"), world.moderator(f"tidier{number}")
    topic = world.topic(member, world.category(f"Place {number}"))
    page, frames, saved = Page(member, topic), [], []

    def listen(sender, kind, topic, post, moved_from, **kwargs):
        saved.append((kind, topic, post.pk if post else None, moved_from))
        if not told_late:
            tell()

    def tell():
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
    tell()
    deliver(page, frames, fates, random)
    page.compare(topic.change)

    assert page.state == Page(member, topic).state
    changes = [
        int(change) for change in re.findall(r'id="post-\d+"[^>]*data-change="(\d+)"', "".join(page.posts.values()))
    ]
    assert sorted(page.posts) == list(range(1, topic.last_number + 1))
    assert max([*changes, 0]) <= page.have == topic.change


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
                page.hear(frame)
    random.shuffle(late)
    for frame in late:
        page.hear(frame)
