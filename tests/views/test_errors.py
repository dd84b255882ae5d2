import re

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from tests.support import world


@pytest.fixture
def strict(ada):
    """Ada's browser, with the check for forms of other sites that test clients leave out."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    return client


def reply(client, topic, origin="http://testserver", **more):
    headers = {"Origin": origin} if origin else {}
    sent = {"body": "Tea & <b>cake</b>", "token": "a" * 32, "csrfmiddlewaretoken": "stale", **more}
    return client.post(reverse("create_reply", args=[topic.pk]), sent, headers=headers)


def test_what_is_not_there_has_a_page(client, db):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


def test_what_is_not_allowed_has_a_page(signed_in, grace, topic):
    answer = signed_in(grace).post(reverse("close_topic", args=[topic.pk]))

    assert answer.status_code == 403
    assert "You can't do this" in answer.content.decode()


def test_a_page_that_fails_answers_with_the_page_for_it(client, db, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("forum.pages.topic_lists.TopicList.page", None)

    answer = client.get("/")
    assert answer.status_code == 500
    assert "<main" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_while_the_database_is_away_a_form_can_be_sent_again(strict, topic, monkeypatch):
    strict.raise_request_exception = False
    strict.get("/accounts/email/")

    with monkeypatch.context() as outage:
        outage.setattr("forum.models.Topic.reply", away)
        answer = reply(strict, topic, csrfmiddlewaretoken=strict.cookies["csrftoken"].value)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Tea &amp; &lt;b&gt;cake&lt;/b&gt;" in answer.text
    fresh = re.search(
        r'action="/t/\d+/replies/">.*?name="csrfmiddlewaretoken" value="(\w+)"', answer.text, re.S
    )[1]
    assert reply(strict, topic, csrfmiddlewaretoken=fresh).status_code == 302
    assert topic.posts.get(number=2).body == "Tea & <b>cake</b>"


def test_while_the_database_is_away_a_page_can_be_asked_for_again(client, topic, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("forum.pages.topics.topic", away)

    answer = client.get(topic.get_absolute_url(), {"page": 2})

    assert answer.status_code == 503
    assert f'href="{topic.get_absolute_url()}?page=2"' in answer.text
    assert not answer.cookies


def away(*args):
    raise OperationalError("connection refused")


def test_a_stale_form_gives_the_text_back_and_can_be_sent_again(strict, topic):
    answer = reply(strict, topic)

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Tea &amp; &lt;b&gt;cake&lt;/b&gt;" in page
    fresh = re.search(
        r'action="/t/\d+/replies/">.*?name="csrfmiddlewaretoken" value="(\w+)"', page, re.S
    )[1]
    assert reply(strict, topic, csrfmiddlewaretoken=fresh).status_code == 302
    assert topic.posts.get(number=2).body == "Tea & <b>cake</b>"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://testserver.evil.example", "https://testserver", "null", None],
)
def test_a_form_of_another_site_can_be_read_but_not_sent_again(strict, topic, origin):
    page = reply(strict, topic, origin).content.decode()

    assert "Tea &amp; &lt;b&gt;cake&lt;/b&gt;" in page
    assert "/replies/" not in page
    assert topic.posts.count() == 1


def test_a_form_with_fields_of_no_form_of_ours_can_not_be_sent_again(strict, topic):
    page = reply(strict, topic, surprise="yes").content.decode()

    assert "/replies/" not in page
    assert "surprise" not in page


def test_a_password_is_never_given_back(db):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        reverse("account_login"),
        {"login": "ada", "password": "canary-pass", "body": "x"},
        headers={"Origin": "http://testserver"},
    )

    assert answer.status_code == 403
    assert "canary-pass" not in answer.content.decode()


@pytest.mark.parametrize("verb", ["hide_post", "restore_post"])
def test_nothing_is_hidden_by_a_form_of_another_site(strict, topic, verb):
    answer = strict.post(reverse(verb, args=[topic.posts.get().pk]))

    assert answer.status_code == 403
    assert not topic.posts.get().is_hidden


def test_an_address_that_the_forum_does_not_go_by_is_told_apart(client, db):
    answer = client.get("/", headers={"host": "elsewhere.example"})

    assert answer.status_code == 400
    assert "Its owner can add it to ALLOWED_HOSTS" in answer.content.decode()


def test_more_than_a_request_may_have_is_refused_with_a_way_back(strict, topic, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # text alone; files may make it more
    answer = reply(strict, topic, body="x" * 1_100_000)

    assert answer.status_code == 400
    assert "go back: your text should still be in the form" in answer.content.decode()
    assert topic.posts.count() == 1


# --- Headers ---


def test_pages_allow_no_foreign_and_no_inline_code(client, topic):
    for address in ("/", topic.get_absolute_url(), "/nowhere/", reverse("account_login")):
        answer = client.get(address)
        policy = dict(
            part.strip().split(" ", 1)
            for part in answer.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        page = answer.content.decode()
        page = page.replace('<script type="application/ld+json">', "")  # data, which never runs
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)


def test_a_guest_who_only_reads_gets_no_cookie(client, ada, help_category):
    topic = world.topic(ada, help_category, replies=24)
    post = topic.posts.get(number=2)
    for address in (
        "/",
        help_category.get_absolute_url(),
        topic.get_absolute_url(),
        f"{topic.get_absolute_url()}?page=2",
        post.get_absolute_url(),
        reverse("post_menu", args=[post.pk]),
        reverse("history", args=[post.pk]),
        reverse("member", args=["ada"]),
        reverse("member_topics", args=["ada"]),
        f"/t/{topic.pk}/changes?epoch={topic.epoch}&since=0",
        "/changes?list=latest&rows=",
        "/news?since=0",
        "/nowhere/",
    ):
        answer = client.get(address, follow=True)
        assert not answer.cookies, address
    assert not client.cookies


def test_pages_that_differ_by_reader_say_so_to_caches(client, topic):
    for address in ("/", topic.get_absolute_url(), "/nowhere/"):
        assert "Cookie" in client.get(address).headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/t/404/", "/t/404/jump/?number=x", "/u/nobody/", "/admin/nothing/"]
)
def test_in_development_too_what_is_not_there_has_a_page_of_ours(settings, path, olive):
    settings.DEBUG = True
    client = Client()  # a new one, since middleware is chosen once
    client.force_login(olive, backend="forum.accounts.backends.MemberBackend")

    answer = client.get(path)

    assert answer.status_code == 404
    assert 'class="problem__code">404<' in answer.text
    assert "DEBUG = True" not in answer.text
