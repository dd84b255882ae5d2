"""The search page, for everybody, with and without words."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.utils import translation
from psycopg import errors

from forum.models import Topic
from forum.search.forms import SearchForm
from forum.search.learning import learn_words
from tests.support import world

pytestmark = pytest.mark.once


def test_the_page_shows_marked_results(client, says):
    says("The antenna is broken", title="My antennas")

    page = client.get("/search/", {"q": "antenna"})

    assert page.status_code == 200
    assert "The <mark>antenna</mark> is broken" in page.text
    assert "My <mark>antennas</mark>" in page.text
    assert "1 result" in page.text
    assert "no-store" in page["Cache-Control"]


def test_what_is_found_is_escaped(client, says):
    says("a `<script>` tea", title="<b>tea</b>")

    page = client.get("/search/", {"q": "tea <i>"}).text

    assert "<script> <mark>" not in page
    assert "&lt;script&gt; <mark>tea</mark>" in page
    assert "&lt;b&gt;<mark>tea</mark>&lt;/b&gt;" in page


def test_topics_are_shown_once(client, says, ada):
    topic = says("tea one").topic
    topic.reply(ada, "tea two")

    assert client.get("/search/", {"q": "tea"}).text.count('class="writing"') == 2
    assert client.get("/search/", {"q": "tea", "by": "topics"}).text.count('class="writing"') == 1


def test_many_results_have_pages(client, says):
    says(*(f"tea {n}" for n in range(45)))

    first = client.get("/search/", {"q": "tea", "order": "newest"})
    last = client.get("/search/", {"q": "tea", "order": "newest", "page": "3"})

    assert "<mark>tea</mark> 44" in first.text
    assert "page=2" in first.text
    assert "<mark>tea</mark> 0" in last.text
    assert "page=4" not in last.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²"])
def test_odd_pages_are_the_first_or_the_last(client, says, page):
    says("tea")
    assert client.get("/search/", {"q": "tea", "page": page}).status_code == 200


def test_fields_become_one_line(client, ada, help_category):
    answer = client.get(
        "/search/",
        {"q": "tea", "author": "@ada", "category": help_category.slug, "after": "2026-01-02"}
        | {"topics": "is:open", "titles": "on"},
    )

    assert answer.status_code == 302
    assert answer.url == "/search/?q=tea+%23help+%40ada+after%3A2026-01-02+is%3Aopen+in%3Atitle"


def test_a_wrong_field_is_said_and_what_was_typed_stays(client, db):
    page = client.get("/search/", {"q": "tea", "after": "soon"}).text

    assert "Enter a valid date" in page
    assert 'value="soon"' in page
    assert 'value="tea"' in page


@pytest.fixture
def form(client):
    """The fields of the form beside a query, with what they show."""

    def shown(line, client=client):
        form = client.get("/search/", {"q": line}).context["form"]
        return {field.name: field.value() for field in form if field.value()}

    return shown


def test_the_form_shows_the_filters_of_the_query_beside_its_words(form, ada, help_category):
    assert form("tea #help coffee @ada after:2026-01 before:2026-11-30 is:closed in:title") == {
        "q": "tea coffee",
        "category": "help",
        "author": "ada",
        "after": datetime.date(2026, 1, 1),
        "before": datetime.date(2026, 11, 30),
        "topics": "is:closed",
        "titles": True,
    }


def test_dates_in_the_form_are_written_as_browsers_read_them_in_every_language(db):
    with translation.override("de"):
        form = SearchForm(reader=AnonymousUser(), initial={"after": datetime.date(2026, 1, 2)})
        assert 'value="2026-01-02"' in str(form["after"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tea is:mine", "tea is:mine"),
        ("tea topic:{topic}", "tea topic:{topic}"),
        ("@ada tea @grace", "@ada tea"),
        ("tea @nobody", "tea @nobody"),
        ('"hot tea"@ada', '"hot tea"'),
        ("-tea OR @ada coffee", "-tea OR coffee"),
    ],
)
def test_what_the_form_has_no_field_for_stays_among_its_words(
    line, words, form, signed_in, says, ada, grace
):
    topic = says("tea").topic
    shown = form(line.format(topic=topic.pk), signed_in(ada))
    assert shown["q"] == words.format(topic=topic.pk)


def test_sending_the_form_as_it_was_shown_asks_the_same(client, form, ada, help_category):
    shown = form("tea #help @ada after:2026-01-02 is:open in:title")
    assert client.get("/search/", shown).url == (
        "/search/?q=tea+%23help+%40ada+after%3A2026-01-02+is%3Aopen+in%3Atitle"
    )


def test_a_form_with_words_alone_becomes_their_line(client, db):
    sent = {"q": "tea", "author": "", "category": "", "topics": "", "after": "", "before": ""}
    assert client.get("/search/", sent).url == "/search/?q=tea"


def test_a_line_that_would_be_cut_is_refused(client, db):
    words = "tea " * 49

    assert client.get("/search/", {"q": words, "titles": "on"}).status_code == 200
    assert "too long together" in client.get("/search/", {"q": words, "titles": "on"}).text
    assert client.get("/search/", {"q": words[:190], "titles": "on"}).status_code == 302


def test_each_filter_is_shown_and_can_be_removed(client, says, ada):
    topic = says("tea", title="Kettles & pots").topic

    page = client.get("/search/", {"q": f"tea topic:{topic.pk} @ada", "by": "topics", "page": "1"})

    assert "in “Kettles &amp; pots”" in page.text
    assert 'href="?q=tea+%40ada&amp;by=topics"' in page.text
    assert f'href="?q=tea+topic%3A{topic.pk}&amp;by=topics"' in page.text


def test_filters_can_be_removed_where_words_were_corrected(client, says, ada):
    for _ in range(2):
        says("an antenna")
    learn_words()

    page = client.get("/search/", {"q": "@ada antena"}).text

    assert "<mark>antenna</mark>" in page
    assert 'href="?q=antena"' in page


def test_the_topic_that_a_filter_names_is_told_to_its_readers_alone(
    client, signed_in, iris, lounge
):
    topic = Topic.start(iris, lounge, "Secret canary", "a canary sings")

    assert "Secret" not in client.get("/search/", {"q": f"topic:{topic.pk}"}).text
    assert "in “Secret" in signed_in(iris).get("/search/", {"q": f"topic:{topic.pk}"}).text


def test_a_private_category_can_not_be_chosen(client, signed_in, lounge, iris):
    assert "Lounge" not in client.get("/search/").text
    assert client.get("/search/", {"q": "x", "category": lounge.slug}).status_code == 200
    assert "Lounge" in signed_in(iris).get("/search/").text


def test_members_and_categories_are_found_too(client, ada, help_category):
    page = client.get("/search/", {"q": "ad"}).text
    assert 'href="/u/ada/"' in page
    assert help_category.get_absolute_url() in client.get("/search/", {"q": "hel"}).text


def test_searching_is_limited_before_it_costs_anything(client, says, settings, monkeypatch):
    settings.RATES = {**settings.RATES, "search": "2/day"}
    for _ in range(2):
        assert client.get("/search/", {"q": "tea"}).status_code == 200
    monkeypatch.setattr("forum.search.views.answer", None)
    assert client.get("/search/", {"q": "tea"}).status_code == 429
    assert client.get("/search/").status_code == 200


def test_a_query_costs_a_fixed_number_of_queries(client, says, django_assert_max_num_queries):
    says(*(f"tea {n}" for n in range(30)))
    client.get("/search/", {"q": "tea"})
    with django_assert_max_num_queries(20):
        client.get("/search/", {"q": "tea"})


def test_scripts_get_the_results_alone(client, says):
    says("tea")
    part = client.get("/search/", {"q": "tea"}, headers={"X-Requested-With": "part"}).text
    assert "<html" not in part
    assert "<mark>tea</mark>" in part


def test_no_form_is_made_for_scripts_that_ask_for_results(client, says, monkeypatch):
    says("tea")
    monkeypatch.setattr("forum.search.views.SearchForm", None)
    assert client.get("/search/", {"q": "tea"}, headers={"X-Requested-With": "part"}).text


def test_every_page_has_the_field(client, db):
    world.category("Help")
    assert 'action="/search/"' in client.get("/").text


@pytest.fixture
def typing(client):
    """The results for what somebody is typing."""
    part = {"X-Requested-With": "part"}
    return lambda line: client.get("/search/", {"q": line, "typing": "1"}, headers=part)


def test_the_last_word_may_go_on_while_it_is_typed(typing, says):
    says("an antenna and tea")
    learn_words()

    for line in ("ante", "tea ant", "anten", "antenna", "#ante", "@ante"):
        assert "<mark>antenna</mark>" in typing(line).text, line
    for line in ("ante ", "ante tea", '"ante', "tea -ante"):
        assert "<mark>antenna</mark>" not in typing(line).text, line


def test_nothing_is_wrong_with_a_name_before_it_is_typed(typing, says, ada):
    says("tea")

    assert "There is no member" not in typing("tea @ad").text
    assert "There is no member" in typing("tea @ad ").text
    assert "<mark>tea</mark>" in typing("tea @ada").text
    assert "is no date" not in typing("tea after:2").text


def test_the_page_and_its_links_show_what_was_found_while_typing(client, says):
    says(*(f"a kettle {n}" for n in range(25)))
    learn_words()

    page = client.get("/search/", {"q": "kett", "typing": "1"}).text

    assert "25 results" in page
    assert 'href="?q=kett&amp;typing=1&amp;page=2"' in page
    assert "25 results" not in client.get("/search/", {"q": "kett"}).text


def test_typing_has_a_rate_of_its_own_that_is_checked_first(typing, client, says, settings):
    settings.RATES = {**settings.RATES, "search": "1/day", "typing": "2/day"}
    for _ in range(2):
        assert typing("tea").status_code == 200
    assert typing("tea").status_code == 429
    assert client.get("/search/", {"q": "tea"}).status_code == 200


def test_the_field_is_ready_for_words_where_there_are_filters_alone(client, says):
    topic = says("tea").topic

    page = client.get("/search/", {"q": f"topic:{topic.pk}"}).text

    assert f'value="topic:{topic.pk} "' in page
    assert "autofocus" in page
    assert "autofocus" not in client.get("/search/", {"q": f"topic:{topic.pk} tea"}).text


def test_a_search_that_takes_too_long_keeps_what_was_typed_and_says_what_to_do(
    client, typing, db, monkeypatch
):
    def late(*_asked):
        raise OperationalError from errors.QueryCanceled

    monkeypatch.setattr("forum.search.views.answer", late)

    page = client.get("/search/", {"q": "tea #help"})
    assert (page.status_code, typing("tea").status_code) == (422, 422)
    for shown in (page.text, typing("tea").text):
        assert "takes too long. Add words, or a filter" in shown
        assert "No post was found" not in shown
    assert page.text.count('value="tea #help') == 2
