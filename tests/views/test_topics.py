import re

import pytest
from django.urls import reverse

from forum.models import Reading, Topic
from tests.support import world


def form(category, **changed):
    return {
        "title": "Tea or coffee?",
        "category": category.pk,
        "body": "I wonder.",
        "token": world.token(),
        **changed,
    }


@pytest.fixture
def create(signed_in, ada):
    """Sends the form that starts a topic, as Ada."""

    def send(**fields):
        return signed_in(ada).post(reverse("create_topic"), fields)

    return send


def test_a_new_topic_leads_to_itself(create, ada, help_category):
    answer = create(**form(help_category))

    topic = Topic.objects.get()
    assert (topic.title, topic.author, topic.category) == ("Tea or coffee?", ada, help_category)
    assert (answer.status_code, answer.url) == (302, topic.get_absolute_url())


def test_the_form_of_a_category_comes_with_it_chosen(signed_in, ada, help_category):
    page = signed_in(ada).get(reverse("new_topic"), {"category": help_category.pk}).content.decode()

    assert f'<option value="{help_category.pk}" selected>' in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "required"),
        ("title", "ab", "at least 3"),
        ("title", "x" * 201, "at most 200"),
        ("body", "", "Please write something"),
        ("body", " \r\n\t ", "Please write something"),
        ("body", "[tea]: /nowhere", "Please write something"),
        ("body", "x" * 32_001, "at most 32000"),
        ("body", "> " * 60 + "deep", "too much formatting"),
        ("category", "", "required"),
        ("category", "999999", "Select a valid choice"),
        ("category", "9" * 30, "Select a valid choice"),
        ("category", "a\0", "Select a valid choice"),
        ("token", "", "has expired"),
        ("token", "not a token", "has expired"),
        ("token", "0" * 31 + "\n", "has expired"),
        ("token", "\0", "has expired"),
    ],
)
def test_what_is_wrong_is_said_in_the_form_with_the_text_intact(
    create, help_category, field, value, sentence
):
    kept = {"title": "Which tea is best?", "body": "Green & black <b>and</b> white"}
    answer = create(**(form(help_category) | kept | {field: value}))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert field == "title" or "Which tea is best?" in page
    assert field == "body" or "Green &amp; black &lt;b&gt;and&lt;/b&gt; white" in page
    assert not Topic.objects.exists()


def test_a_form_without_its_mark_comes_back_with_a_new_one(create, help_category):
    page = create(**form(help_category, token="broken")).content.decode()

    token = re.search(r'name="token" value="([0-9a-f]{32})"', page)[1]
    assert create(**form(help_category, token=token)).status_code == 302


def test_a_text_is_measured_as_it_was_typed(create, help_category):
    lines = "\r\n".join(["x" * 99] * 320)

    assert create(**form(help_category, body=lines)).status_code == 302
    body = Topic.objects.get().posts.get().body
    assert (len(body), body.count("\r")) == (31_999, 0)


def test_spaces_before_the_first_word_stay(create, help_category):
    create(**form(help_category, body="    print('tea')\n"))

    post = Topic.objects.get().posts.get()
    assert post.body == "    print('tea')"
    assert "<pre" in post.html


def test_spaces_in_a_title_are_tidied(create, help_category):
    create(**form(help_category, title="  Tea \t or\r\ncoffee? "))

    assert Topic.objects.get().title == "Tea or coffee?"


@pytest.mark.parametrize("field", ["title", "category", "body"])
def test_a_form_sent_again_with_something_else_in_it_starts_another_topic(
    create, help_category, field
):
    sent = form(help_category)
    other = {
        "title": "Another title",
        "category": world.category("Ideas").pk,
        "body": "Another text.",
    }

    first, changed = create(**sent), create(**sent | {field: other[field]})

    assert create(**sent).url.split("#")[0] == first.url
    assert create(**sent | {field: other[field]}).url.split("#")[0] == changed.url
    assert first.url != changed.url
    assert Topic.objects.count() == 2


def test_a_topic_moved_to_where_its_author_may_not_look_is_not_started_again(
    create, help_category, lounge
):
    sent = form(help_category)
    create(**sent)
    Topic.objects.get().move(lounge)

    assert create(**sent).status_code == 404
    assert Topic.objects.count() == 1


def test_a_category_that_one_may_not_write_in_is_refused(create, lounge, help_category):
    news = world.category("News", posters=["Writers"])

    for category in (lounge, news):
        answer = create(**form(category))
        assert answer.status_code == 422
        assert "I wonder." in answer.content.decode()
    assert not Topic.objects.exists()


def test_more_fields_than_the_form_has_change_nothing_more(create, ada, grace, help_category):
    sent = form(
        help_category,
        author=grace.pk,
        pinned_at="2026-01-01",
        closed_at="2026-01-01",
        number=7,
        change=99,
    )
    create(
        **sent,
        last_number=70,
        epoch="x",
        html="<b>bold</b>",
        hidden_at="2026-01-01",
        version=9,
        id=12345,
    )

    topic = Topic.objects.get()
    post = topic.posts.get()
    assert (topic.author, topic.pinned_at, topic.closed_at, topic.last_number) == (
        ada,
        None,
        None,
        1,
    )
    assert (post.author, post.number, post.change, post.version, post.hidden_at) == (
        ada,
        1,
        1,
        1,
        None,
    )
    assert topic.pk != 12345 != post.pk
    assert "bold" not in post.html


def test_whoever_is_not_signed_in_gets_the_text_back(client, help_category):
    sent = form(help_category)
    answer = client.post(reverse("create_topic"), sent)

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "I wonder." in page
    assert not Topic.objects.exists()


def test_guests_are_sent_to_sign_in_and_back(client, db):
    assert (
        client.get(reverse("new_topic")).url
        == f"{reverse('account_login')}?next={reverse('new_topic')}"
    )


def test_without_a_category_the_owner_is_led_to_make_one_and_others_hear_so(
    signed_in, client, ada, olive
):
    def offers(client, page):
        text = client.get(page).text
        starts = f'href="{reverse("new_topic")}"' in text.split("<main")[1]
        return [starts, reverse("admin:forum_category_add") in text]

    assert offers(client, "/") == [False, False]
    assert [offers(signed_in(ada), page) for page in ("/", reverse("new_topic"))] == [
        [False, False]
    ] * 2
    assert "no categories you can post in" in client.get(reverse("new_topic")).text
    assert "<textarea" not in client.get(reverse("new_topic")).text
    assert [offers(signed_in(olive), page) for page in ("/", reverse("new_topic"))] == [
        [False, True]
    ] * 2
    world.category("Help")
    assert offers(client, "/") == [True, False]
    assert "<textarea" in client.get(reverse("new_topic")).text


def test_starting_too_many_topics_is_refused_with_the_text_intact(create, settings, help_category):
    settings.RATES = {**settings.RATES, "topic": "1/day"}
    create(**form(help_category))
    answer = create(**form(help_category, body="One more thing."))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "too often" in page
    assert "One more thing." in page
    assert Topic.objects.count() == 1


def test_moderators_may_write_as_fast_as_they_need(signed_in, mo, settings, help_category):
    settings.RATES = {**settings.RATES, "topic": "1/day"}
    for _ in range(3):
        signed_in(mo).post(reverse("create_topic"), form(help_category))

    assert Topic.objects.count() == 3


# --- Reading ---


def test_a_topic_page_shows_twenty_posts(client, ada, help_category):
    topic = world.topic(ada, help_category, replies=24)

    first, second = (
        client.get(topic.get_absolute_url(), {"page": n}).content.decode() for n in (1, 2)
    )
    assert re.findall(r'id="post-(\d+)"', first) == [str(n) for n in range(1, 21)]
    assert re.findall(r'id="post-(\d+)"', second) == [str(n) for n in range(21, 26)]


@pytest.mark.parametrize(
    "page", ["0", "-1", "abc", "", "٣", "1.5", "1e3", " 1", "0x1", "9" * 10, "9" * 5000]
)
def test_a_page_that_is_no_number_is_not_found(client, topic, page):
    assert client.get(topic.get_absolute_url(), {"page": page}).status_code == 404


def test_a_page_beyond_the_last_leads_to_the_last(client, ada, help_category):
    long, short = world.topic(ada, help_category, replies=24), world.topic(ada, help_category)

    assert (
        client.get(long.get_absolute_url(), {"page": 3}).url == f"{long.get_absolute_url()}?page=2"
    )
    assert (
        client.get(short.get_absolute_url(), {"page": 999_999_999}).url == short.get_absolute_url()
    )


def test_an_old_title_in_an_address_leads_on_to_the_same_page(client, ada, help_category):
    topic = world.topic(ada, help_category, replies=24)
    old = topic.get_absolute_url()
    topic.rename("Earl Grey für alle")

    answer = client.get(old, {"page": 2})
    assert answer.url == f"{topic.get_absolute_url()}?page=2"
    assert client.get(answer.url).status_code == 200
    assert client.get(f"/t/{topic.pk}/").url == topic.get_absolute_url()


def test_an_address_may_be_asked_about_without_its_page(client, topic):
    for address in ("/", topic.get_absolute_url(), topic.category.get_absolute_url()):
        answer = client.head(address)
        assert (answer.status_code, answer.content) == (200, b"")


def test_reading_is_remembered_and_never_goes_back(signed_in, grace, ada, help_category):
    topic = world.topic(ada, help_category, replies=44)

    read = []
    for page in (1, 3, 2):
        signed_in(grace).get(topic.get_absolute_url(), {"page": page})
        read.append(Reading.objects.get(user=grace).number)
    assert read == [20, 45, 45]


def test_lists_say_how_much_is_unread(signed_in, grace, ada, topic):
    member = signed_in(grace)
    assert unread(member.get("/")) == ("0", "")
    member.get(topic.get_absolute_url())
    assert unread(member.get("/")) == ("1", "")
    topic.reply(ada, "One.")
    topic.reply(ada, "Two.")

    assert unread(member.get("/")) == ("1", "2")


def unread(answer):
    """(the number of the last post read, how many are unread) as the only row says it."""
    html = answer.content.decode()
    [unread] = re.findall(r'<a class="row__unread"[^>]*>([^<]*)</a>', html)
    return "".join(re.findall(r'<li class="row[^>]* data-read="(\d+)"', html)), unread


def links(answer):
    """{title: (where it leads, whether it is marked new)} of a list."""
    rows = answer.content.decode().split('<li class="row')[1:]
    found = {}
    for row in rows:
        [(address, title)] = re.findall(r'class="row__link"[^>]* href="([^"]*)">([^<]*)', row)
        found[title] = address, not re.search(r'class="row__new"[^>]* hidden', row)
    return found


def test_titles_lead_members_to_where_they_stopped(signed_in, client, grace, ada, topic):
    other = world.topic(ada, topic.category, "Milk?", replies=1)
    for n in range(24):
        topic.reply(ada, f"Reply {n}.")
    start = topic.get_absolute_url()
    assert links(client.get("/")) == {
        topic.title: (start, False),
        "Milk?": (other.get_absolute_url(), False),
    }

    member = signed_in(grace)
    assert links(member.get("/")) == {
        topic.title: (start, True),
        "Milk?": (other.get_absolute_url(), True),
    }
    member.get(start)
    member.get(other.get_absolute_url())
    for page in ("/", topic.category.get_absolute_url(), reverse("member_topics", args=["ada"])):
        assert links(member.get(page)) == {
            topic.title: (f"{start}?page=2#post-21", False),
            "Milk?": (f"{other.get_absolute_url()}#post-2", False),
        }


# --- Renaming ---


def test_authors_rename_their_open_topics(signed_in, ada, topic):
    answer = signed_in(ada).post(
        reverse("edit_topic", args=[topic.pk]), {"title": "Rooibos?", "pinned_at": "2026-01-01"}
    )

    topic.refresh_from_db()
    assert (topic.title, topic.pinned_at) == ("Rooibos?", None)
    assert answer.url == topic.get_absolute_url()


def test_a_title_that_is_refused_comes_back(signed_in, ada, topic):
    answer = signed_in(ada).post(reverse("edit_topic", args=[topic.pk]), {"title": "x" * 201})

    assert answer.status_code == 422
    assert "x" * 201 in answer.content.decode()


def test_who_may_rename(signed_in, ada, grace, mo, topic):
    def status(who):
        return (
            signed_in(who)
            .post(reverse("edit_topic", args=[topic.pk]), {"title": "Another"})
            .status_code
        )

    assert [status(who) for who in (ada, grace, mo)] == [302, 403, 302]
    topic.close()
    assert [status(who) for who in (ada, mo)] == [403, 302]
    topic.open()
    topic.category.posters.add(world.group("Writers"))
    assert status(ada) == 403
