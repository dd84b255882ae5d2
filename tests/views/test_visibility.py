"""What somebody may not read looks to them exactly as if it had never been: on every address, for
every role.
"""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Post, Topic
from tests.support import world

pytestmark = pytest.mark.store

CANARY = "canary-51c0"
MISSING = 987654321
READERS = ["iris", pytest.param("olive", marks=pytest.mark.thorough)]
OTHERS = [
    "guest",
    "ada",
    *(pytest.param(who, marks=pytest.mark.thorough) for who in ("mo", "gone")),
]


@pytest.fixture
def secret(iris, lounge):
    """A topic with several pages inside a category that is private only by the one above it."""
    bar = world.category(f"Bar {CANARY}", parent=lounge)
    topic = Topic.start(iris, bar, f"Title {CANARY}", f"Text {CANARY}")
    for n in range(21):
        topic.reply(iris, f"Reply {n} {CANARY}")
    topic.posts.get(number=2).edit(iris, f"Edited {CANARY}")
    return topic


@pytest.fixture
def browsers(db, ada, mo, olive, iris, topic):
    """Who looks: {name: client}. "gone" was an insider, and was deactivated while signed in."""
    gone = world.insider("gone")
    people = {"ada": ada, "mo": mo, "olive": olive, "iris": iris, "gone": gone}
    clients = {name: client_of(user) for name, user in people.items()}
    gone.is_active = False
    gone.save()
    return {"guest": Client(), **clients}


def client_of(user):
    client = Client()
    client.force_login(user, backend="forum.accounts.backends.MemberBackend")
    return client


GETS = {
    "topic": "/t/{topic}-title-canary-51c0/",
    "topic by number": "/t/{topic}/",
    "second page": "/t/{topic}-title-canary-51c0/?page=2",
    "a page beyond the last": "/t/{topic}-title-canary-51c0/?page=99",
    "feed": "/t/{topic}/changes?epoch={epoch}&since=0",
    "feed of another epoch": "/t/{topic}/changes?epoch=x&since=0",
    "jump": "/t/{topic}/jump/?number=3",
    "number": "/t/{topic}/3/",
    "first unread": "/t/{topic}/unread/",
    "end": "/t/{topic}/last/",
    "reply form": "/t/{topic}/reply/",
    "quote": "/t/{topic}/reply/?quote=2",
    "rename form": "/t/{topic}/edit/",
    "move form": "/t/{topic}/move/",
    "permalink": "/p/{post}/",
    "menu": "/p/{post}/menu/",
    "edit form": "/p/{post}/edit/",
    "history": "/p/{post}/history/",
    "category": "/c/{category}-bar-canary-51c0/",
    "category by number": "/c/{category}/",
    "feed of the category": "/changes?list=category:{category}&rows=",
    "news beside the category": "/news?since=0&list=category:{category}",
    "news beside the topic": "/news?since=0&topic={topic}",
}
POSTS = {
    "reply": "/t/{topic}/replies/",
    "rename": "/t/{topic}/edit/",
    "close": "/t/{topic}/close/",
    "open": "/t/{topic}/open/",
    "pin": "/t/{topic}/pin/",
    "unpin": "/t/{topic}/unpin/",
    "move": "/t/{topic}/move/",
    "edit": "/p/{post}/update/",
    "hide": "/p/{post}/hide/",
    "restore": "/p/{post}/restore/",
}


def there(secret):
    post = secret.posts.get(number=2)
    return {
        "topic": secret.pk,
        "post": post.pk,
        "category": secret.category_id,
        "epoch": secret.epoch,
    }


def nowhere(secret):
    return {"topic": MISSING, "post": MISSING, "category": MISSING, "epoch": secret.epoch}


def seen(answer, keys):
    """What one can tell from an answer, but for what is new each time and what was asked for."""
    text = answer.content.decode() + json.dumps(
        sorted((k, v) for k, v in answer.items() if k != "Content-Length")
    )
    text = re.sub(r'(csrfmiddlewaretoken|token|unsent)" value="[^"]+"', r"\1", text)
    for before, name in (
        ("/t/", "topic"),
        ('"topic": ', "topic"),
        ("/p/", "post"),
        ("/c/", "category"),
        ("category:", "category"),
    ):
        text = re.sub(rf"({before}){keys[name]}\b", r"\1…", text)
    return answer.status_code, text


@pytest.mark.parametrize("who", OTHERS)
def test_hidden_looks_like_missing(browsers, secret, who):
    for place, address in GETS.items():
        (status, text), missing = (
            seen(browsers[who].get(address.format(**keys)), keys)
            for keys in (there(secret), nowhere(secret))
        )

        assert (status, text) == missing, place
        shown = text.replace("bar-canary-51c0", "").replace("title-canary-51c0", "")
        assert CANARY not in shown, place


@pytest.mark.parametrize("who", OTHERS)
def test_sending_to_what_is_hidden_is_sending_to_nothing(browsers, secret, help_category, who):
    sent = {
        "body": "Hello?",
        "title": "Hello?",
        "token": "0" * 32,
        "version": 1,
        "category": help_category.pk,
    }
    before = Topic.objects.values().get(pk=secret.pk)
    for place, address in POSTS.items():
        answer, missing = (
            seen(browsers[who].post(address.format(**keys), sent), keys)
            for keys in (there(secret), nowhere(secret))
        )

        assert answer == missing, place
    assert Topic.objects.values().get(pk=secret.pk) == before
    assert secret.posts.count() == 22


@pytest.mark.parametrize("who", READERS)
def test_readers_find_it(browsers, secret, who):
    for place in sorted(set(GETS) - {"move form", "edit form", "rename form"}):
        answer = browsers[who].get(GETS[place].format(**there(secret)), follow=True)

        assert answer.status_code == 200, place
        assert (
            place.startswith("news")
            or place == "feed of another epoch"
            or CANARY in answer.content.decode()
        ), place


@pytest.mark.parametrize("who", OTHERS)
def test_it_leaves_no_trace_on_other_pages(browsers, ada, topic, lounge, iris, who):
    """Every page reads the same before and after a member wrote something private."""
    client = browsers[who]
    places = [
        "/",
        topic.get_absolute_url(),
        topic.category.get_absolute_url(),
        reverse("new_topic"),
        reverse("move_topic", args=[topic.pk]),
        reverse("member", args=["iris"]),
        reverse("member_topics", args=["iris"]),
        reverse("member", args=["ada"]),
        "/changes?list=latest&rows=",
        "/news?since=0",
        f"/t/{topic.pk}/changes?epoch={topic.epoch}&since=0",
        "/nowhere/",
    ]
    client.get(topic.get_absolute_url())  # from here on it is read

    def look():
        return [
            re.sub(r'(token" value=|"at": ?)"[^"]+"', r"\1", client.get(place).content.decode())
            for place in places
        ]

    before = look()
    secret = world.topic(iris, lounge, title=f"Title {CANARY}", body=f"{CANARY} @ada", replies=3)
    ada.groups.add(world.group("Insiders"))
    secret.reply(ada, f"Mine {CANARY}")
    ada.groups.clear()

    for place, was, now in zip(places, before, look(), strict=True):
        assert now == was, place


def test_readers_see_it_in_lists_and_the_sidebar(browsers, secret):
    for who in ("iris", "olive"):
        page = browsers[who].get("/").content.decode()
        assert f"Bar {CANARY}" in page
        assert f"Title {CANARY}" in page
        assert CANARY in browsers[who].get(reverse("member", args=["iris"])).content.decode()


def test_whoever_loses_the_group_loses_sight_of_it(browsers, secret, iris):
    assert browsers["iris"].get(secret.get_absolute_url()).status_code == 200

    iris.groups.clear()

    assert browsers["iris"].get(secret.get_absolute_url()).status_code == 404
    assert (
        browsers["iris"].post(reverse("create_reply", args=[secret.pk]), {"body": "x"}).status_code
        == 404
    )
    assert Post.objects.filter(topic=secret).count() == 22


def test_a_topic_moved_out_of_sight_is_gone_from_everywhere(browsers, topic, lounge):
    guest = browsers["guest"]
    post = topic.posts.get()
    topic.move(lounge)

    for place in (
        topic.get_absolute_url(),
        post.get_absolute_url(),
        f"/t/{topic.pk}/changes?epoch={topic.epoch}&since=1",
    ):
        assert guest.get(place).status_code == 404
    assert topic.title not in guest.get("/").content.decode()
    assert "I wonder" not in guest.get(reverse("member", args=["ada"])).content.decode()
