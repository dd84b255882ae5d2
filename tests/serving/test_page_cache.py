"""PageCache' pages are kept whole, and never out of date."""

import re
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.models import Announcement, Category, Post, Topic, User
from forum.serving.page_cache_keys import key_of
from tests.serving.visitors import Visitor
from tests.support import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.store]


def is_kept(guests, address):
    path, _, query = address.partition("?")
    return any((key.path, key.query) == (path, query.encode()) for key in guests.cache)


def test_a_page_that_did_not_change_is_answered_with_304(guest, topic):
    page = guest.gets(topic.get_absolute_url())
    again = guest.gets(topic.get_absolute_url(), if_none_match=page.headers["etag"])

    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == page.headers["etag"]


def test_feeds_are_kept_and_follow_what_they_tell(guests, guest, topic):
    feeds = ["/latest.atom", f"/c/{topic.category_id}.atom", f"/t/{topic.pk}.atom"]
    for address in feeds:
        before = guest.gets(address)
        assert is_kept(guests, address)
        assert guest.gets(address, if_none_match=before.headers["etag"]).status == 304
        topic.posts.get().edit(topic.author, f"I wonder about {address}.")
        assert f"I wonder about {address}." in guest.gets(address).text
        rename(topic.author, f"Reader of {address}")
        assert f"Reader of {address}" in guest.gets(address).text


@pytest.mark.parametrize(
    "change",
    [
        lambda topic: topic.reply(topic.author, "One more."),
        lambda topic: topic.posts.get().edit(topic.author, "I wonder still."),
        lambda topic: topic.posts.get().hide(topic.author),
        lambda topic: topic.rename("Water?"),
        lambda topic: topic.close(),
        lambda topic: topic.pin(),
        lambda topic: topic.move(world.category("Elsewhere")),
        lambda topic: rename(topic.author, "The Countess"),
        lambda topic: world.category("A new category"),
        lambda topic: recolor(topic.category),
    ],
    ids=[
        "reply",
        "edit",
        "hide",
        "rename",
        "close",
        "pin",
        "move",
        "member renamed",
        "category made",
        "category",
    ],
)
def test_what_changes_shows_at_once(guests, guest, topic, change):
    before = {}
    for address in (topic.get_absolute_url(), "/", topic.category.get_absolute_url()):
        before[address] = guest.gets(address).headers["etag"]
        assert is_kept(guests, address)

    change(Topic.objects.get(pk=topic.pk))

    for old, etag in before.items():
        address = guest.gets(old).headers.get("location", old)
        fresh = Visitor(type(guests)(guests.pages)).gets(address)
        assert guest.gets(address).text == fresh.text, address
        assert guest.gets(address, if_none_match=etag).status == 200, address


@pytest.mark.parametrize("end", ["ended", "over"])
def test_an_announcement_stands_on_kept_pages_as_long_as_it_should(
    guests, guest, topic, end, monkeypatch
):
    address = topic.get_absolute_url()
    guest.gets(address)
    until = timezone.now() + timedelta(hours=1) if end == "over" else None
    made = Announcement.objects.announce("Back at six.", until)

    page = guest.gets(address)
    assert "Back at six." in page.text
    assert is_kept(guests, address)
    if end == "ended":
        made.end()
    else:
        later, now = timezone.now() + timedelta(hours=1), time.time() + 3600
        monkeypatch.setattr(timezone, "now", lambda: later)
        monkeypatch.setattr(time, "time", lambda: now)

    assert "Back at six." not in guest.gets(address).text
    assert guest.gets(address, if_none_match=page.headers["etag"]).status == 200


def test_what_one_guest_dismissed_others_still_see(guest, topic):
    made = Announcement.objects.announce("Back at six.")

    assert "Back at six." not in guest.gets("/", cookie=f"dismissed={made.pk}").text
    assert "Back at six." in guest.gets("/").text
    assert "Back at six." not in guest.gets("/", cookie=f"dismissed={made.pk}").text


def rename(member, name):
    member.name = name
    member.save()


def recolor(category):
    category.color = "#123456"
    category.save()


def test_a_topic_that_guests_may_no_longer_see_is_gone_at_once(guest, topic):
    addresses = [topic.get_absolute_url(), "/", topic.category.get_absolute_url()]
    for address in addresses:
        assert topic.title in guest.gets(address).text

    topic.category.readers.add(world.group("Insiders"))

    assert [guest.gets(address).status for address in addresses] == [404, 200, 404]
    assert topic.title not in guest.gets("/").text


def test_readers_added_behind_the_models_back_close_the_door_too(guest, topic):
    guest.gets(topic.get_absolute_url())
    Category.readers.through.objects.bulk_create(
        [Category.readers.through(category=topic.category, group=world.group("Insiders"))]
    )

    assert guest.gets(topic.get_absolute_url()).status == 404


def test_a_kept_page_costs_one_question(guests, guest, topic):
    guest.gets(topic.get_absolute_url())
    page = next(
        guests.cache.get(key) for key in guests.cache if key.path == topic.get_absolute_url()
    )

    with CaptureQueriesContext(connection) as asked:
        assert page.version.is_current
    assert len(asked) == 1


def test_members_get_pages_of_their_own_and_leave_none_for_guests(guests, guest, topic, grace):
    member = Visitor(guests, grace)
    assert "Grace Hopper" in member.gets(topic.get_absolute_url()).text
    assert not is_kept(guests, topic.get_absolute_url())

    assert "Grace Hopper" not in guest.gets(topic.get_absolute_url()).text
    assert "Grace Hopper" in member.gets(topic.get_absolute_url()).text


def test_what_is_said_to_one_guest_is_not_kept_for_others(guests, guest, topic):
    told = Visitor(guests, cookie="theme=dark; messages=something")
    told.gets(topic.get_absolute_url())

    assert not is_kept(guests, topic.get_absolute_url())


def test_two_cookie_headers_are_read_as_one(guests, topic, grace):
    session = Visitor(guests, grace).headers["cookie"]
    scope_headers = {"cookie": session + ";theme=dark"}
    Visitor(guests, **scope_headers).gets(topic.get_absolute_url())

    assert not is_kept(guests, topic.get_absolute_url())


def test_colours_and_compression_have_pages_of_their_own(guests, topic):
    visitors = [
        Visitor(guests, **headers)
        for headers in ({}, {"cookie": "theme=dark"}, {"accept_encoding": "gzip"})
    ]
    for _ in range(2):
        light, dark, packed = (visitor.gets(topic.get_absolute_url()) for visitor in visitors)

        assert 'data-theme="dark"' in dark.text
        assert 'data-theme="dark"' not in light.text
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.text == light.text


def test_addresses_with_anything_added_are_not_kept(guests, guest, topic):
    number, slug = str(topic.pk), topic.get_absolute_url().partition("-")[2]
    topics = (f"/t/000{number}-{slug}", *(f"/t/{number}-{slug}?{query}" for query in QUERIES))
    for address in (
        *topics,
        "/?before=",
        "/?page=1",
        "/?&&",
        f"{topic.category.get_absolute_url()}?x",
    ):
        assert guest.gets(address).status in (200, 302, 404)

    assert not list(guests.cache)


QUERIES = ("utm=1", "page=1", "page=01", "page=2&page=1", "&page=1", "p%61ge=1", "&", "page=1&x")


def test_a_page_has_one_copy_for_each_choice_there_is(guests, topic):
    """Whatever stands in cookies and headers that a page does not read, or only looks like a
    choice.
    """
    made = Announcement.objects.announce("Back at six.")
    shown = {"", "theme=dark", f"dismissed={made.pk}", f"dismissed={made.pk}.7; theme=light"}
    alike = (
        {f"theme={'x' * 1000}{n}" for n in range(3)}
        | {f"dismissed={n}.{n + 1}" for n in (91, 92, 93)}
        | {"a=b"}
    )
    for cookie in sorted(shown | alike):
        for headers in (
            {},
            {"x_forwarded_proto": "https"},
            {"x_forwarded_proto": "gopher"},
            {"host": "testserver:81"},
            {"host": "TestServer"},
            {"accept_encoding": "deflate"},
            {"accept_encoding": "gzip;q=0"},
            {"x_forwarded_host": "elsewhere.example"},
        ):
            assert (
                Visitor(guests, cookie=cookie, **headers).gets(topic.get_absolute_url()).status
                == 200
            )

    assert len(list(guests.cache)) == len(shown)


def test_a_host_that_is_not_the_forums_is_answered_with_no_kept_page(guest, topic):
    guest.gets("/")

    for host in ("elsewhere.example", "testserver.elsewhere.example", "testserver:x", ""):
        assert guest.gets("/", host=host).status == 400


def test_a_request_that_names_two_hosts_has_no_kept_page():
    hosts = [(b"host", b"testserver"), (b"host", b"elsewhere.example")]

    assert (
        key_of(
            {"method": "GET", "path": "/", "query_string": b"", "scheme": "http", "headers": hosts}
        )
        is None
    )


def test_pages_over_tls_are_kept_apart_from_those_without(guests, topic, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    for scheme in ("https", "http"):
        Visitor(guests, x_forwarded_proto=scheme).gets("/")

    assert [key.is_secure for key in guests.cache] == [True, False]


def test_long_cookies_of_guests_fill_no_memory(guests, topic):
    for number in range(200):
        Visitor(guests, cookie=f"theme={'x' * 8000}{number}").gets(topic.get_absolute_url())

    assert len(list(guests.cache)) == 1
    assert guests.cache.size < 2**20


def test_encodings_are_told_apart_by_what_they_mean(guests, topic):
    headers = {
        None: ("", "identity", "gzip;q=0", "gzip; q=0.0, br;q=0", "*;q=0", "xgzip"),
        "gzip": ("gzip", "GZip", "br;q=0, gzip;q=0.1", "gzip;q=1.0, identity;q=0", "br;q=0,*"),
        "br": ("br", "*", "gzip, deflate, br, zstd", "BR;q=0.1, gzip", "GZIP;q=0,*"),
    }
    for _turn in range(2):  # made, then kept
        for encoding, header in ((name, one) for name in headers for one in headers[name]):
            answer = Visitor(guests, accept_encoding=header).gets(topic.get_absolute_url())
            assert answer.headers.get("content-encoding") == encoding, header
            assert "Accept-Encoding" in answer.headers["vary"]
            assert topic.title in answer.text

    assert len(list(guests.cache)) == 3


def test_a_cache_in_between_may_answer_for_a_second_and_no_longer(guest, topic):
    headers = guest.gets(topic.get_absolute_url()).headers

    assert headers["cache-control"] == "public, max-age=0, s-maxage=1"
    assert re.fullmatch(r"@\d+", headers["x-accel-expires"])
    assert {"Cookie", "Accept-Encoding"} <= set(headers["vary"].split(", "))


def test_pages_of_members_are_kept_by_nobody(guests, topic, grace):
    headers = Visitor(guests, grace).gets(topic.get_absolute_url()).headers

    assert headers["cache-control"] == "private, no-cache"
    assert "etag" not in headers


def test_looking_around_leaves_no_cookie_and_no_session(guest, topic):
    for address in ("/", topic.get_absolute_url(), topic.category.get_absolute_url(), "/u/ada/"):
        assert "set-cookie" not in guest.gets(address).headers


def test_kept_pages_carry_the_safety_headers(guest, topic):
    first, again = (guest.gets(topic.get_absolute_url()) for _ in range(2))

    assert first.headers == {**again.headers, "x-accel-expires": first.headers["x-accel-expires"]}
    assert "default-src 'none'" in again.headers["content-security-policy"]
    assert again.headers["x-content-type-options"] == "nosniff"


def test_nobody_sees_what_was_made_for_another(guests, topic, lounge):
    """Ada, an insider, a moderator and guests look at everything in turn while all that can be kept
    is warm.
    """
    insider, moderator, ada = world.insider(), world.moderator(), User.objects.get(username="ada")
    secret = world.topic(insider, lounge, title="The secret plan", body="Tell nobody.")
    hidden = topic.reply(ada, "I take this back.")
    Post.objects.get(pk=hidden.pk).hide(ada)
    addresses = [
        "/",
        *(one.get_absolute_url() for one in (topic, secret, topic.category, lounge)),
        "/u/iris/",
        "/u/ada/",
    ]
    people = {person: Visitor(guests, person) for person in (insider, moderator, ada)} | {
        None: Visitor(guests)
    }

    seen = {}
    for _ in range(2):
        for person, visitor in people.items():
            for address in addresses:
                seen[person, address] = visitor.gets(address)

    for (person, address), answer in seen.items():
        told = [words for words in ("The secret plan", "Tell nobody.") if words in answer.text]
        assert not told or person == insider, (person, address)
        assert "take this back" not in answer.text
        owners = re.findall(r'data-user="(\d+)"', answer.text)
        assert owners == ([str(person.pk)] if person else []), (person, address)
        assert person or "csrfmiddlewaretoken" not in answer.text
    assert "Tell nobody." in seen[insider, secret.get_absolute_url()].text


def test_of_all_who_find_a_page_changed_one_makes_it_anew(guests, guest, topic, monkeypatch):
    guest.gets(topic.get_absolute_url())
    topic.reply(topic.author, "This is new.")
    made, respond = [], guests.pages.respond
    monkeypatch.setattr(
        guests.pages, "respond", lambda *arguments: made.append(1) or respond(*arguments)
    )

    answers = guest.gets_at_once(8, topic.get_absolute_url())

    assert all("This is new." in answer.text for answer in answers)
    assert len(made) == 1


def test_a_page_that_is_gone_is_kept_by_nobody(guests, guest, topic):
    guest.gets(topic.get_absolute_url())
    topic.move(world.lounge())

    assert [answer.status for answer in guest.gets_at_once(4, topic.get_absolute_url())] == [
        404
    ] * 4
    assert not is_kept(guests, topic.get_absolute_url())
