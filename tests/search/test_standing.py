"""Standing searches: their members are told of each matching post, once, and nobody else is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.models import PersonalChange, Topic
from forum.pages import personal
from forum.search import standing
from forum.search.models import Match, StandingSearch, Unmatched
from forum.search.query import parse
from forum.search.results import find
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def matched(grace):
    """The bodies of the posts that grace's saved search has found, after all were matched."""

    def bodies(search):
        standing.match_posts()
        assert not Unmatched.objects.exists()
        return [match.post.body for match in search.matches.order_by("pk")]

    return bodies


def state_of(search, member):
    return StandingSearch.objects.personal(member, [search.pk])[str(search.pk)]


def change_of(search):
    stream = PersonalChange.objects.filter(member=search.member, kind="search", key=search.pk)
    return stream.get().change


def told(member):
    return PersonalChange.objects.filter(member=member, kind="search").count()


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        ("tickets", "Two ticket left", True),
        ("tickets", "tic ket", False),
        ("tickets concert", "concert tickets", True),
        ("tickets concert", "concert only", False),
        ("tickets OR seats", "seats", True),
        ("tickets -sold", "tickets sold", False),
        ("tickets -sold", "tickets", True),
        ('"two tickets"', "two good tickets", False),
        ('"two tickets"', "now two tickets", True),
        ('tickets -"sold out"', "tickets out, sold", True),
        ("tick* concert", "ticking concert", True),
        ("寿司", "今日は寿司", True),
        ("group_send", "call group_send", True),
        ("@ada", "anything", True),
        ("#help", "anything", True),
        ("#help tickets is:open", "tickets", True),
        ("#help tickets is:closed", "tickets", False),
        ("before:2020 tickets", "tickets", False),
        ("in:title nothing", "anything", True),
        ("in:title tickets", "tickets", False),
        ("is:mine tickets", "tickets", False),
    ],
)
def test_a_new_post_is_found_if_it_would_be_by_searching(
    help_category, grace, says, matched, typed, text, is_found
):
    search = standing.save(grace, typed)
    post = says(text)

    assert matched(search) == ([text] if is_found else [])
    if "*" not in typed:
        assert (post.pk in find(parse(typed, grace), grace).posts) == is_found


def test_each_post_is_told_once_whatever_is_done_again(grace, ada, says, matched):
    search = standing.save(grace, "tickets")
    before = told(grace)
    post = says("tickets")
    assert matched(search) == ["tickets"]
    change = PersonalChange.objects.get(member=grace, kind="search").change
    Unmatched.objects.create(post=post)
    post.edit(ada, "tickets again")
    assert matched(search) == ["tickets again"]
    assert told(grace) == before
    assert PersonalChange.objects.get(member=grace, kind="search").change == change


def test_an_edit_can_bring_a_match(grace, ada, says, matched):
    search = standing.save(grace, "tickets")
    post = says("nothing")
    assert matched(search) == []
    post.edit(ada, "tickets")
    assert matched(search) == ["tickets"]


def test_a_worker_that_is_killed_between_two_members_does_the_rest_later(
    ada, grace, mo, says, monkeypatch
):
    searches = [standing.save(member, "tickets") for member in (grace, mo)]
    monkeypatch.setattr(standing, "BATCH", 1)
    says("tickets")
    add = standing.add_matches

    def killed(post, chosen):
        if Match.objects.exists():
            raise KeyboardInterrupt
        add(post, chosen)

    monkeypatch.setattr(standing, "add_matches", killed)
    pytest.raises(KeyboardInterrupt, standing.match_posts)
    assert Match.objects.count() == 1
    monkeypatch.setattr(standing, "add_matches", add)
    standing.sweep()
    assert [search.matches.count() for search in searches] == [1, 1]


def test_telling_many_members_takes_as_many_queries_as_telling_two(grace, mo, says):
    everybody = [grace, mo, *(world.member(f"reader{n}") for n in range(4))]
    posts = [says("tickets"), says("tickets")]
    counts = []
    for post, members in zip(posts, (everybody[:2], everybody), strict=True):
        searches = [standing.save(member, "tickets") for member in members]
        with CaptureQueriesContext(connection) as queries:
            standing.add_matches(post, searches)
            personal.load_for_all(
                members, "search", {one.member_id: str(one.pk) for one in searches}
            )
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_member_with_several_searches_is_told_of_each(grace, mo, says):
    searches = [standing.save(grace, "tickets"), standing.save(grace, "two tickets")]
    searches.append(standing.save(mo, "tickets"))
    before = {one.pk: change_of(one) for one in searches}
    says("two tickets")

    standing.match_posts()

    assert all(change_of(one) > before[one.pk] for one in searches)
    assert len({change_of(one) for one in searches[:2]}) == 2


def test_what_is_told_to_many_is_what_each_may_see(grace, iris, mo, lounge, says, matched):
    """As the state of each alone, whether the matches are public, private or hidden."""
    searches = {member.pk: standing.save(member, "tickets") for member in (grace, iris, mo)}
    post = says("tickets", "tickets in public")
    Topic.start(world.insider("ivy"), lounge, "Tickets", "tickets inside")
    says("tickets hidden").hide(mo)
    matched(searches[grace.pk])
    keys = {pk: str(search.pk) for pk, search in searches.items()}

    states = personal.load_for_all([grace, iris, mo], "search", keys)

    assert states == {
        member.pk: state_of(searches[member.pk], member) for member in (grace, iris, mo)
    }
    assert [states[member.pk]["unseen"] for member in (grace, iris)] == [2, 3]
    assert states[grace.pk]["post"] == post.get_absolute_url()


def test_own_posts_are_not_told(ada, says, matched):
    search = standing.save(ada, "tickets")
    says("tickets")
    assert matched(search) == []


def test_hidden_and_private_posts_are_told_to_nobody_who_can_not_see_them(
    grace, iris, mo, ada, says, lounge, matched
):
    searches = {member: standing.save(member, "tickets") for member in (grace, iris)}
    Topic.start(world.insider("ivy"), lounge, "Tickets", "tickets inside")
    hidden = says("tickets hidden")
    hidden.hide(mo)
    assert matched(searches[grace]) == []
    assert matched(searches[iris]) == ["tickets inside"]
    iris.groups.clear()
    state = state_of(searches[iris], iris)
    assert (state["unseen"], state["title"]) == (0, "")


def test_what_is_hidden_after_it_was_found_is_shown_no_more(grace, mo, says, matched, signed_in):
    search = standing.save(grace, "tickets")
    post = says("tickets canary")
    assert matched(search) == ["tickets canary"]
    post.hide(mo)
    page = signed_in(grace).get(search.get_absolute_url()).text
    assert "canary" not in page
    assert state_of(search, grace)["unseen"] == 0


def test_without_standing_searches_a_post_costs_nothing_more(says):
    says("tickets")
    assert not Unmatched.objects.exists()


def test_a_search_is_looked_at_only_if_the_post_has_its_rarest_word(
    grace, says, django_assert_num_queries
):
    from forum.search.indexing import Document

    says("common zeppelin", *["common words"] * 5)
    search = standing.save(grace, "common zeppelin")
    post = says("common things")
    assert standing.candidates(post, Document(post)) == []
    post = says("a common zeppelin")
    with django_assert_num_queries(2):
        assert standing.candidates(post, Document(post)) == [search]


def test_only_the_latest_matches_are_kept(grace, says, matched, monkeypatch):
    monkeypatch.setattr(standing, "MOST_MATCHES", 3)
    search = standing.save(grace, "tickets")
    says(*(f"tickets {n}" for n in range(6)))
    standing.match_posts()
    standing.prune_matches()
    assert matched(search) == ["tickets 3", "tickets 4", "tickets 5"]


def test_after_another_analyser_they_match_again(grace, says, matched):
    search = standing.save(grace, "tickets")
    StandingSearch.objects.update(expression=[[False, [[1]]]])
    standing.refresh()
    says("ticket")
    assert matched(search) == ["ticket"]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "at least one word"),
        ("-tea", "at least one word"),
        ("is:open", "at least one word"),
        ("web*", "at least one word"),
        ("tea @nobody", "There is no member @nobody"),
        ("tea #lounge", "There is no category #lounge"),
    ],
)
def test_what_can_not_be_saved_is_said(grace, lounge, typed, problem):
    with pytest.raises(standing.SearchError, match=problem):
        standing.save(grace, typed)
    assert not StandingSearch.objects.exists()


def test_a_search_is_saved_once_and_only_so_many(grace, monkeypatch):
    monkeypatch.setattr(standing, "MOST", 2)
    assert standing.save(grace, "tea") == standing.save(grace, "  tea ")
    standing.save(grace, "coffee")
    with pytest.raises(standing.SearchError, match="2 saved searches"):
        standing.save(grace, "milk")


class TestPages:
    def test_a_search_is_saved_renamed_and_deleted(self, grace, signed_in):
        client = signed_in(grace)
        page = client.post("/searches/create/", {"q": "tea time"}, follow=True).text
        assert "Saved." in page
        search = StandingSearch.objects.get()
        assert "Save this search" in client.get("/search/", {"q": "tea"}).text
        client.post(f"/searches/{search.pk}/update/", {"name": "Five o'clock"})
        assert "Five o&#x27;clock" in client.get("/searches/").text
        for _ in range(2):
            assert client.post(f"/searches/{search.pk}/delete/").status_code == 302
        assert "No saved searches" in client.get("/searches/").text

    def test_what_can_not_be_saved_leads_back_with_what_was_typed(self, grace, signed_in):
        page = signed_in(grace).post("/searches/create/", {"q": "-tea"}, follow=True).text
        assert "Please search for at least one word" in page
        assert 'value="-tea"' in page

    @pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\u202eb"])
    def test_a_bad_name_is_said_and_kept(self, grace, signed_in, name):
        search = standing.save(grace, "tea")
        answer = signed_in(grace).post(f"/searches/{search.pk}/update/", {"name": name})
        assert answer.status_code == 422
        assert "errorlist" in answer.text or 'aria-invalid="true"' in answer.text

    def test_new_matches_are_counted_until_they_are_seen(self, grace, says, matched, signed_in):
        search = standing.save(grace, "tickets")
        says("tickets")
        matched(search)
        client = signed_in(grace)
        assert "1 new</span>" in client.get("/searches/").text
        notice = client.get(f"{search.get_absolute_url()}notice/")
        assert "found a new post" in notice.text
        assert ">new<" in client.get(search.get_absolute_url()).text
        assert ">new<" not in client.get(search.get_absolute_url()).text
        assert "1 new</span>" not in client.get("/searches/").text
        assert client.get(f"{search.get_absolute_url()}notice/").status_code == 204

    def test_nobody_else_sees_or_changes_it(self, grace, ada, olive, client, signed_in):
        search = standing.save(grace, "secret canary")
        address = search.get_absolute_url()
        for member in (ada, olive):
            other = signed_in(member)
            for path in (address, f"{address}notice/"):
                assert other.get(path).status_code == 404
            assert "canary" not in other.get("/searches/").text
            assert other.post(f"{address}update/", {"name": "x"}).status_code == 404
            other.post(f"{address}delete/")
        client.logout()
        assert client.get(address).status_code == 302
        assert StandingSearch.objects.get().name == "secret canary"


def test_a_word_is_the_anchor_rather_than_a_category(grace, says, help_category):
    from forum.search.analyser import hashed

    says(*["tickets"] * 3, "others")
    search = standing.save(grace, "#help tickets")
    assert [anchor.key for anchor in search.anchors.all()] == [hashed("ticket")]


def test_a_post_that_can_not_be_matched_keeps_no_other_one(grace, says, monkeypatch):
    search = standing.save(grace, "tickets")
    bad, good = says("tickets one"), says("tickets two")
    match = standing.match

    def fail(post):
        if post.pk == bad.pk:
            raise RuntimeError("a mistake of ours")
        match(post)

    monkeypatch.setattr(standing, "match", fail)
    standing.match_posts()
    assert [one.post for one in search.matches.all()] == [good]
    monkeypatch.setattr(standing, "match", match)
    standing.sweep()
    assert {one.post for one in search.matches.all()} == {good, bad}
    assert not Unmatched.objects.exists()


def test_a_search_that_is_deleted_meanwhile_keeps_no_other_one(grace, mo, says, monkeypatch):
    gone, other = (standing.save(member, "tickets") for member in (grace, mo))
    says("tickets")
    add = standing.add_matches

    def delete_first(post, searches):
        standing.delete(StandingSearch.objects.get(pk=gone.pk))
        add(post, searches)

    monkeypatch.setattr(standing, "add_matches", delete_first)
    standing.match_posts()
    assert other.matches.count() == 1
    assert not Unmatched.objects.exists()


def test_the_list_asks_the_same_however_many_searches_there_are(grace, says, signed_in):
    client, counts = signed_in(grace), []
    for words in (["tea"], ["milk", "sugar", "lemon", "honey"]):
        for word in words:
            standing.save(grace, word)
        says("tea, milk, sugar, lemon, honey")
        standing.match_posts()
        client.get("/searches/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/searches/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
