"""A draft is kept byte for byte, for its member alone, and is deleted with the post made of it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from forum.drafts import models as drafts
from forum.drafts.models import Draft, DraftError
from forum.models import PersonalChange, Post, User
from realtime.catchup import personal_changes
from tests.support import world
from tests.support.concurrency import at_once

NOW = timezone.now()
TEXT = "  Two blanks,\n\ttabs, 😀 and\n\nempty lines.  \n\n"


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def keep(member, path, text, version=0, typed_at=NOW, **fields):
    return Draft.objects.keep(member, path, {"body": text, **fields}, version, typed_at)


@pytest.fixture
def path(topic):
    return f"/t/{topic.pk}/replies/"


# --- Keeping ---


def test_a_draft_is_kept_byte_for_byte(ada, path):
    draft = keep(ada, path, TEXT, token="a" * 32)

    stored = Draft.objects.get()
    assert stored.fields == {"body": TEXT, "token": "a" * 32}
    assert (stored.member, stored.path, stored.version) == (ada, path, draft.version)


def test_a_form_that_has_the_last_version_replaces_it(ada, path):
    first = keep(ada, path, "One", typed_at=ago(9))
    second = keep(ada, path, "One two", first.version, ago(5))

    assert second.version > first.version
    assert (Draft.objects.get().fields["body"], Draft.objects.get().other) == ("One two", None)


@pytest.mark.parametrize(("typed", "body", "other"), [(1, "phone", "desk"), (9, "desk", "phone")])
def test_what_was_typed_last_wins_and_the_other_can_still_be_had(ada, path, typed, body, other):
    begun = keep(ada, path, "both", typed_at=ago(20))
    keep(ada, path, "desk", begun.version, ago(5))

    draft = keep(ada, path, "phone", begun.version, ago(typed))

    assert (draft.fields["body"], draft.other["body"]) == (body, other)
    assert Draft.objects.get().version == draft.version


def test_the_same_text_again_changes_nothing(ada, path):
    draft = keep(ada, path, "One")
    before = User.objects.get(pk=ada.pk).personal_change

    assert keep(ada, path, "One", 0).version == draft.version
    assert User.objects.get(pk=ada.pk).personal_change == before


def test_an_emptied_form_discards_its_draft_and_no_other(ada, path):
    draft = keep(ada, path, "One")

    assert keep(ada, path, " \n", 0).fields["body"] == "One"
    assert keep(ada, path, " \n", draft.version) is None
    assert not Draft.objects.exists()
    assert keep(ada, path, "") is None
    assert not Draft.objects.exists()


def test_an_edit_that_changes_nothing_is_no_draft(ada, topic):
    post = topic.posts.get()
    path = f"/p/{post.pk}/update/"

    assert keep(ada, path, post.body + "\r\n") is None
    begun = keep(ada, path, "Other words")
    assert keep(ada, path, post.body, begun.version) is None
    assert not Draft.objects.exists()


def test_the_reason_of_an_edit_alone_is_a_draft(ada, topic):
    post = topic.posts.get()

    draft = keep(ada, f"/p/{post.pk}/update/", post.body, reason="A typo")

    assert draft.fields["reason"] == "A typo"


def test_what_is_kept_too_late_does_not_bring_a_draft_back(ada, topic, path):
    draft = keep(ada, path, "One", token="b" * 32)
    topic.reply(ada, "One", "b" * 32)

    assert keep(ada, path, "One", draft.version) is None
    assert not Draft.objects.exists()


def test_what_a_page_stores_while_it_sends_it_makes_no_draft_of_a_post(ada, topic, path):
    topic.reply(ada, "One", "b" * 32)

    assert keep(ada, path, "One", token="b" * 32) is None
    assert not Draft.objects.exists()


def test_another_text_in_a_form_that_was_sent_is_a_draft(ada, topic, path):
    topic.reply(ada, "One", "b" * 32)

    assert keep(ada, path, "Two", token="b" * 32).fields["body"] == "Two"


def test_drafts_are_bounded_in_size_and_number(ada, path, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 2)
    with pytest.raises(DraftError, match="too long"):
        keep(ada, path, "x" * (drafts.LONGEST + 1))
    keep(ada, path, "One")
    keep(ada, "/t/create/", "Two")
    with pytest.raises(DraftError, match="You have 2 drafts"):
        keep(ada, "/p/1/update/", "Three")
    assert keep(ada, path, "Longer", 0).fields["body"] == "Longer"


def test_fields_that_no_form_has_are_left_out(ada, path):
    keep(ada, path, "One", password="secret", csrfmiddlewaretoken="x")

    assert Draft.objects.get().fields == {"body": "One"}


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_the_same_moment_lose_nothing(ada, path):
    begun = keep(ada, path, "both", typed_at=ago(20))
    bodies = iter(["desk", "phone"])
    lock = threading.Lock()

    def type_something():
        with lock:
            body = next(bodies)
        keep(ada, path, body, begun.version, ago(1))

    at_once(type_something, type_something)

    draft = Draft.objects.get()
    assert {draft.fields["body"], draft.other["body"]} == {"desk", "phone"}


# --- With the post ---


def test_a_draft_is_deleted_with_the_post_and_only_with_it(ada, topic, path):
    keep(ada, path, "One", token="b" * 32)
    head = User.objects.get(pk=ada.pk).personal_change

    topic.reply(ada, "Another form", "c" * 32)
    assert Draft.objects.exists()
    topic.reply(ada, "One", "b" * 32)

    assert not Draft.objects.exists()
    [event] = personal_changes.answer(ada, ada.pk, ada.personal_epoch, head)["events"]
    assert (event["kind"], event["key"], event["data"]) == ("draft", path, None)


@pytest.mark.parametrize(("posted", "left"), [("a", "desk"), ("b", "phone"), ("c", "phone")])
def test_a_text_from_another_form_stays_when_one_is_posted(ada, topic, path, posted, left):
    keep(ada, path, "desk", token="b" * 32, typed_at=ago(9))
    keep(ada, path, "phone", token="a" * 32, typed_at=ago(5))

    topic.reply(ada, "Posted", posted * 32)

    draft = Draft.objects.get()
    assert draft.fields["body"] == left
    assert (draft.other is None) == (posted != "c")
    assert draft.version == User.objects.get(pk=ada.pk).personal_change


def test_when_the_post_fails_the_draft_stays(ada, topic, path, monkeypatch):
    keep(ada, path, "One", token="b" * 32)
    monkeypatch.setattr("forum.models.posts.announce", lambda *about, **more: 1 / 0)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        topic.reply(ada, "One", "b" * 32)

    assert Draft.objects.exists()
    assert Post.objects.count() == 1


def test_drafts_of_a_new_topic_and_of_an_edit_go_with_them(ada, topic, help_category, signed_in):
    keep(ada, "/t/create/", "Text", title="Title", token="d" * 32)
    post = topic.posts.get()
    keep(ada, f"/p/{post.pk}/update/", "Edited", version=0)

    world.topic(ada, help_category)
    assert Draft.objects.count() == 2
    post.edit(ada, "Edited")
    assert [draft.path for draft in Draft.objects.all()] == ["/t/create/"]
    type(topic).start(ada, help_category, "Title", "Text", "d" * 32)
    assert not Draft.objects.exists()


def test_an_edit_by_a_moderator_leaves_the_authors_draft(ada, mo, topic):
    post = topic.posts.get()
    keep(ada, f"/p/{post.pk}/update/", "Mine")

    post.edit(mo, "Tidied")

    assert Draft.objects.get().fields["body"] == "Mine"


# --- Live ---


def test_each_change_of_a_draft_is_one_of_the_members_stream(ada, path):
    first = keep(ada, path, "One", typed_at=ago(2))
    second = keep(ada, path, "Two", first.version)
    Draft.objects.discard(ada, path)

    assert PersonalChange.objects.get(member=ada).change == 3
    assert (first.version, second.version) == (1, 2)


def test_state_and_event_make_what_a_fresh_page_shows(ada, path, signed_in):
    draft = keep(ada, path, TEXT, title="", token="e" * 32)

    [event] = personal_changes.answer(ada, ada.pk, ada.personal_epoch, 0)["events"]

    assert event["data"] == draft.as_json()
    assert signed_in(ada).get(f"/drafts/one/?path={path}").json() == {"draft": event["data"]}


# --- Pages ---


def form_of(response):
    return response.context["form"]


def test_without_scripts_a_draft_is_saved_by_a_button_and_continued(signed_in, ada, topic, path):
    client = signed_in(ada)
    token = form_of(client.get(topic.get_absolute_url()))["token"].value()
    saved = client.post(
        "/drafts/keep/",
        {"body": "Begun\r\nhere", "token": token, "draft_path": path, "draft_version": "0"},
    )
    assert saved.url == "/drafts/"
    assert "Begun\nhere" in client.get("/drafts/").content.decode()

    form = form_of(client.get(topic.get_absolute_url()))
    assert (form["body"].value(), form["token"].value()) == ("Begun\nhere", token)
    client.post(path, {"body": "Begun\r\nhere", "token": token})

    assert topic.posts.last().body == "Begun\nhere"
    assert not Draft.objects.exists()


def test_a_quotation_is_added_below_the_draft(signed_in, ada, topic, path):
    keep(ada, path, "What do you mean?")

    body = form_of(signed_in(ada).get(f"/t/{topic.pk}/reply/?quote=1"))["body"].value()

    assert body.startswith("What do you mean?\n\n> ")


def test_an_edit_that_is_continued_shows_what_somebody_else_wrote_since(signed_in, ada, topic):
    post = topic.posts.get()
    keep(ada, f"/p/{post.pk}/update/", "Mine", version=0)
    Draft.objects.update(fields={"body": "Mine", "version": "1"})
    post.edit(world.moderator(), "Tidied")

    page = signed_in(ada).get(f"/p/{post.pk}/edit/")

    form = form_of(page)
    assert (form["body"].value(), form["version"].value()) == ("Mine", 2)
    assert "Tidied</pre>" in page.content.decode()


def test_the_list_has_what_each_draft_is_about_with_two_more_queries(
    signed_in, ada, topic, path, django_assert_num_queries, help_category
):
    client = signed_in(ada)
    keep(ada, path, "Words of a reply", typed_at=ago(9))
    keep(ada, f"/p/{topic.posts.get().pk}/update/", "Words of an edit", typed_at=ago(8))
    keep(ada, "/t/create/", "New", title="A new title", typed_at=ago(7))
    client.get("/drafts/")
    with django_assert_num_queries(7):
        page = client.get("/drafts/").content.decode()
    for n in range(5):
        other = world.topic(ada, help_category, f"Topic {n}")
        keep(ada, f"/t/{other.pk}/replies/", f"Reply {n}")
    with django_assert_num_queries(7):
        client.get("/drafts/")

    assert page.index("A new title") < page.index("of an edit") < page.index("of a reply")
    for address in (f"/t/{topic.pk}/reply/", f"/p/{topic.posts.get().pk}/edit/", "/t/new/"):
        assert f'href="{address}"' in page


def test_the_list_says_which_post_a_draft_answers(signed_in, ada, path):
    keep(ada, path, "Milk", reply_to="3")
    client = signed_in(ada)
    assert "Reply to post 3" in client.get("/drafts/").text

    Draft.objects.update(fields={"body": "Milk"})

    assert "Reply to post" not in client.get("/drafts/").text


def test_a_draft_is_discarded_and_gone_for_all(signed_in, ada, path):
    keep(ada, path, "One")
    client = signed_in(ada)

    assert client.post("/drafts/discard/", {"path": path}).url == "/drafts/"
    assert "No drafts" in client.get("/drafts/").content.decode()
    client.post("/drafts/discard/", {"path": path})
    assert not Draft.objects.exists()


def test_the_text_for_a_topic_out_of_sight_can_be_had_and_its_title_not(
    signed_in, ada, topic, path
):
    keep(ada, path, "My own words")
    topic.category.readers.add(world.group("Insiders"))

    page = signed_in(ada).get("/drafts/").content.decode()

    assert "My own words" in page
    assert topic.title not in page
    assert f"/t/{topic.pk}/reply/" not in page


# --- Who may, and bad input ---


def test_nobody_sees_or_changes_the_drafts_of_another(client, signed_in, ada, grace, path):
    keep(ada, path, "Secret")

    assert client.get("/drafts/").status_code == 302
    assert client.get(f"/drafts/one/?path={path}").status_code == 302
    client = signed_in(grace)
    assert "Secret" not in client.get("/drafts/").content.decode()
    assert client.get(f"/drafts/one/?path={path}").json() == {"draft": None}
    client.post("/drafts/discard/", {"path": path})
    client.post("/drafts/keep/", {"draft_path": path, "body": "Grace's", "draft_age": "0"})
    assert Draft.objects.get(member=ada).fields["body"] == "Secret"


@pytest.mark.parametrize(
    "path",
    ["", "/", "/t/999999/replies/", "/p/999999/update/", "/t/٣/replies/", "/t/1/replies/x",
     "/accounts/login/", "/t/" + "9" * 19 + "/replies/", "\0"],
)  # fmt: skip
def test_a_form_that_is_not_there_has_no_draft(signed_in, ada, path):
    answer = signed_in(ada).post("/drafts/keep/", {"draft_path": path, "body": "One"})

    assert answer.status_code in (400, 404)
    assert not Draft.objects.exists()


def test_a_topic_that_the_member_may_not_see_takes_no_draft(signed_in, ada, iris, lounge):
    secret = world.topic(iris, lounge, "Secret plans")

    answer = signed_in(ada).post(
        "/drafts/keep/", {"draft_path": f"/t/{secret.pk}/replies/", "body": "One"}
    )

    assert answer.status_code == 404


def test_scripts_get_the_draft_as_it_is_now_or_why_not(signed_in, ada, path, monkeypatch):
    client = signed_in(ada)

    def send(**fields):
        return client.post("/drafts/keep/", {"draft_path": path, "draft_age": "0", **fields})

    first = send(body="One").json()["draft"]
    assert first["fields"] == {"body": "One"}
    behind = send(body="Two", draft_version="0", draft_age="3600000").json()["draft"]
    assert (behind["fields"]["body"], behind["other"]["body"]) == ("One", "Two")
    assert send(body="", draft_version=str(behind["version"])).json() == {"draft": None}
    monkeypatch.setattr(drafts, "LONGEST", 3)
    refused = send(body="Long")
    assert (refused.status_code, "too long" in refused.json()["message"]) == (409, True)


@pytest.mark.parametrize("number", ["-1", "x", "9" * 30, "", "1e9", "٣"])
def test_numbers_that_are_none_count_as_zero(signed_in, ada, path, number):
    answer = signed_in(ada).post(
        "/drafts/keep/",
        {"draft_path": path, "body": "One", "draft_version": number, "draft_age": number},
    )

    assert answer.status_code == 200
    assert answer.json()["draft"]["fields"] == {"body": "One"}


def test_what_can_not_be_kept_without_scripts_is_given_back(signed_in, ada, path, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 0)

    answer = signed_in(ada).post("/drafts/keep/", {"draft_path": path, "body": "My words"})

    assert answer.status_code == 409
    assert "My words" in answer.content.decode()


def test_keeping_drafts_has_a_rate_of_its_own(signed_in, ada, path, settings):
    settings.RATES = {**settings.RATES, "draft": "2/day"}
    client = signed_in(ada)
    answers = [
        client.post("/drafts/keep/", {"draft_path": path, "body": f"{n}", "draft_age": "0"})
        for n in range(3)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert Draft.objects.get().fields["body"] == "1"


def test_a_topic_page_with_a_draft_asks_as_much_as_one_without(signed_in, ada, topic, path):
    from django.test.utils import CaptureQueriesContext

    client = signed_in(ada)
    client.get(topic.get_absolute_url())

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(topic.get_absolute_url())
        return len(asked)

    without = queries()
    keep(ada, path, "One")
    assert queries() == without <= 7


# --- The bar on other pages ---


def test_the_bar_names_the_topic_of_a_reply_that_was_begun(client, ada, path, topic):
    keep(ada, path, TEXT)
    client.force_login(ada)

    page = client.get("/drafts/begun/", {"topic": topic.pk})

    assert page.status_code == 200
    assert topic.title in page.text


def test_there_is_no_bar_without_a_draft_or_for_somebody_else(client, ada, grace, path, topic):
    client.force_login(ada)
    assert client.get("/drafts/begun/", {"topic": topic.pk}).status_code == 204
    keep(ada, path, TEXT)
    assert [
        client.get("/drafts/begun/", {"topic": number}).status_code
        for number in ("", "x", "9" * 15, "9" * 30)
    ] == [204] * 4
    client.force_login(grace)
    assert client.get("/drafts/begun/", {"topic": topic.pk}).status_code == 204


def test_the_bar_does_not_name_a_topic_that_moved_where_its_author_cannot_see_it(
    client, ada, path, topic
):
    keep(ada, path, TEXT)
    topic.move(world.lounge())
    client.force_login(ada)

    assert client.get("/drafts/begun/", {"topic": topic.pk}).status_code == 204


# --- Where a quotation goes from a page without a composer ---


def latest(client):
    return client.get("/drafts/latest/").url


def test_a_quotation_goes_to_what_was_written_last_and_is_to_be_posted(
    client, ada, grace, path, topic, help_category
):
    client.force_login(ada)
    assert latest(client) == "/t/new/"
    keep(ada, path, TEXT, typed_at=ago(9))
    keep(ada, f"/p/{topic.posts.get().pk}/update/", "An edit", typed_at=ago(1))
    keep(grace, f"/t/{world.topic(ada, help_category).pk}/replies/", "Of somebody else")

    assert latest(client) == f"/t/{topic.pk}/reply/"
    topic.close()
    assert latest(client) == "/t/new/"
    topic.open()
    topic.move(world.lounge())
    assert latest(client) == "/t/new/"


def test_no_text_of_a_draft_is_read_for_it(client, ada, path, django_assert_num_queries):
    keep(ada, path, TEXT)
    client.force_login(ada)

    with django_assert_num_queries(4) as queries:  # the session, the member; drafts; topics
        latest(client)

    asked = [query["sql"] or "" for query in queries]  # prepared ones have none
    assert any('"drafts_draft"' in sql for sql in asked)
    assert not any('"fields"' in sql for sql in asked)
