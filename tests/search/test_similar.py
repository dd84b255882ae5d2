"""Topics like a title that is being typed."""

import pytest
from django.contrib.auth.models import AnonymousUser

from forum.models import Topic
from forum.search import similar
from forum.search.learning import learn_words
from forum.search.similar import similar_topics


@pytest.fixture
def titled(ada, help_category):
    """Starts topics with these titles and texts."""
    return lambda *titles: [Topic.start(ada, help_category, one, one) for one in titles]


@pytest.fixture
def found(grace):
    """The titles that are like a title, the most similar first."""
    return lambda title, user=None: [one.title for one in similar_topics(title, user or grace)]


def test_at_least_half_of_the_words_are_shared(titled, found):
    titled("A clock from scrap metal", "Clock towers", "Seeds")

    assert found("Scrap clock") == ["A clock from scrap metal", "Clock towers"]
    assert found("Clocks built from scrap") == ["A clock from scrap metal"]
    assert found("Scrap kettles, pans and pots") == []
    assert found("Clock") == ["Clock towers", "A clock from scrap metal"]
    assert found("") == found("?!") == found("of") == []


def test_what_is_written_in_the_text_alone_does_not_count(ada, help_category, found):
    Topic.start(ada, help_category, "A question", "My clock is made of scrap.")
    assert found("Scrap clock") == []


def test_rare_words_count_more(titled, found):
    titled("Antenna towers", *(f"Kettle {name}" for name in ("red", "blue", "green")))
    learn_words()
    assert found("Antenna kettle")[0] == "Antenna towers"


def test_common_words_tell_nothing(titled, found, monkeypatch):
    monkeypatch.setattr(similar, "FEWEST", 2)
    monkeypatch.setattr(similar, "COMMON", 0)  # of the highest id, which other tests have raised
    titled("The clock", "The kettle", "The lathe")
    learn_words()

    assert found("The clock") == ["The clock"]
    assert found("The") == []


def test_private_topics_take_no_places_of_those_that_a_member_may_see(
    titled, found, iris, lounge, monkeypatch
):
    monkeypatch.setattr(similar, "MOST_READ", 4)
    titled("The clock", "A clock of scrap", "One clock")
    before = found("Clock")

    for n in range(4):
        Topic.start(iris, lounge, f"Clock {n}", "Secret")
        assert found("Clock") == before
    assert len(found("Clock", iris)) == 4


def test_titles_without_blanks_are_compared_too(titled, found):
    titled("星を見るのに向いている双眼鏡は", "هوائي صغير للشرفة")

    assert found("双眼鏡") == ["星を見るのに向いている双眼鏡は"]
    assert found("هوائي للشرفة") == ["هوائي صغير للشرفة"]


def test_a_long_title_is_found_by_the_rarest_of_its_words(titled, found):
    words = "red blue green kettle antenna lathe clock tower spring wire"
    titled(words, "red blue green kettle antenna", "clock tower spring wire")

    assert found(words) == [words, "red blue green kettle antenna"]


def test_there_are_five_at_most(titled, found):
    titled(*(f"Clock number {n}" for n in range(8)))
    assert found("Clock") == [f"Clock number {n}" for n in (7, 6, 5, 4, 3)]


def test_nobody_hears_of_topics_that_they_may_not_see(lounge, iris, ada, olive, mo, found, titled):
    Topic.start(iris, lounge, "Secret canary", "No word.")
    hidden = titled("Hidden canary")[0]
    hidden.posts.get().hide(mo)
    learn_words()

    assert found("canary") == found("canary", ada) == found("canary", AnonymousUser()) == []
    assert found("canary", iris) == found("canary", olive) == ["Secret canary"]


def test_many_private_topics_don_t_hide_the_public_ones(titled, lounge, iris, found, monkeypatch):
    monkeypatch.setattr(similar, "MOST_READ", 3)
    titled("Public canary")
    for n in range(4):
        Topic.start(iris, lounge, f"Secret canary {n}", "No word.")

    assert found("canary") == ["Public canary"]


def test_the_list_is_for_members_and_has_a_rate(client, signed_in, titled, grace, settings):
    settings.RATES = {**settings.RATES, "similar": "1/day"}
    titled("Kettles <b>")
    assert client.get("/search/similar/", {"title": "kettle"}).status_code == 302

    member = signed_in(grace)
    page = member.get("/search/similar/", {"title": "kettle"})
    assert "Kettles &lt;b&gt;" in page.text
    assert "There is 1 similar topic:" in page.text
    assert "no-store" in page["Cache-Control"]
    assert member.get("/search/similar/", {"title": "kettle"}).status_code == 429


def test_a_list_costs_a_fixed_number_of_queries(titled, found, django_assert_max_num_queries):
    titled(*(f"Clock number {n}" for n in range(20)))
    with django_assert_max_num_queries(8):
        found("Clock number kettle wire")


def test_moved_and_renamed_topics_are_found_as_they_are(titled, found, lounge):
    topic, other = titled("An old clock", "A clock that moves")
    topic.rename("An old kettle")
    other.move(lounge)

    assert found("clock") == []
    assert found("kettle") == ["An old kettle"]
