"""After random actions each reader's open pages equal fresh ones, and show nothing forbidden."""

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forum.models import Post, Topic, User
from tests.realtime.readers import ListPage, Reader, TopicPage
from tests.realtime.sockets import DEADLINE, do
from tests.support import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]

PEOPLE = ["ada", "iris", "mo", "olive"]
DOINGS = ["reply", "answer", "edit", "hide", "restore", "wiki", "no wiki", "accept", "rename",
          "close", "open", "pin", "unpin", "tag",
          "move in", "move in", "move out", "move out", "join", "leave", "leave"]  # fmt: skip
doings = st.tuples(st.sampled_from(DOINGS), st.sampled_from(PEOPLE), st.integers(0, 5))


class Forum:
    """A public and a private category with a topic each, and one reader of each kind."""

    def __init__(self):
        number = User.objects.count()
        Post.objects.all().delete()  # the lists of an example are its own
        Topic.objects.all().delete()
        self.public, self.lounge = (
            world.category(f"Help {number}"),
            world.category(f"Lounge {number}", [f"In {number}"]),
        )
        self.insiders = world.group(f"In {number}")
        makers = {
            "ada": world.member,
            "iris": world.member,
            "mo": world.moderator,
            "olive": world.owner,
        }
        self.people = {name: make(f"{name}{number}") for name, make in makers.items()}
        self.insiders.user_set.add(self.people["iris"])
        self.tags = [world.tag(f"{word} {number}") for word in ("tea", "coffee")]
        ada = self.people["ada"]
        self.topics = [
            world.topic(ada, self.public, f"Open {number}", replies=1),
            world.topic(ada, self.lounge),
        ]

    def do(self, what, who, which):
        """`which` chooses the topic, and the post in it."""
        topic, person = self.topics[which % 2], self.people[who]
        topic.refresh_from_db()
        post = topic.posts.filter(number=which % topic.last_number + 1).get()
        {
            "reply": lambda: topic.reply(person, f"Reply {topic.change}"),
            "answer": lambda: topic.reply(person, f"Answer {topic.change}", reply_to=post),
            "edit": lambda: post.edit(person, f"Edited {topic.change}"),
            "hide": lambda: post.hide(person),
            "restore": post.restore,
            "wiki": lambda: post.make_wiki(self.insiders if which % 2 else None),
            "no wiki": post.end_wiki,
            "accept": lambda: post.accept(person),
            "rename": lambda: topic.rename(f"Title {topic.change}"),
            "close": topic.close,
            "open": topic.open,
            "pin": topic.pin,
            "unpin": topic.unpin,
            "tag": lambda: topic.tag(self.tags[: which % 3]),
            "move in": lambda: topic.move(self.lounge),
            "move out": lambda: topic.move(self.public),
            "join": lambda: person.groups.add(self.insiders),
            "leave": lambda: person.groups.remove(self.insiders),
        }[what]()


@given(st.lists(doings, min_size=8, max_size=16), st.integers(0, 1))
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_every_page_equals_a_fresh_one_and_shows_nothing_forbidden(hub, doings, shown):
    forum = await do(Forum)
    readers = [
        await do(Reader, user, forum.topics[shown].pk) for user in [None, *forum.people.values()]
    ]
    for reader in readers:
        await reader.comes()
    await all_are_current(readers)

    for doing in doings:
        await do(forum.do, *doing)
        await all_are_current(readers)

    for reader in readers:
        assert reader.refused == []
        assert (reader.topic.gone, what_shows(reader.topic)) == await fresh_topic(reader)
        fresh = ListPage(reader)
        await fresh.load()
        assert reader.list.shown == fresh.shown
        await reader.leaves()


async def all_are_current(readers):
    seen = [await reader.may_see() for reader in readers]
    async with asyncio.timeout(DEADLINE):
        while not all(
            [await reader.takes_in(theirs) for reader, theirs in zip(readers, seen, strict=True)]
        ):
            await asyncio.sleep(0.005)


async def fresh_topic(reader):
    fresh = TopicPage(reader, reader.topic.topic)
    await fresh.load("began")
    return fresh.gone, what_shows(fresh)


def what_shows(page):
    return None if page.gone else page.hash()
