from types import SimpleNamespace

import pytest
from django.urls import reverse

from forum.pages import post_history


@pytest.fixture
def post(topic):
    return topic.posts.get()


def history(client, post, **query):
    return client.get(reverse("history", args=[post.pk]), query)


def test_a_history_shows_what_every_version_changed(client, post, mo):
    post.edit(mo, "I really wonder.", reason="stronger")

    answer = history(client, post)
    page = answer.content.decode()
    assert "<ins>really </ins>" in page
    assert "stronger" in page
    assert [(v.number, v.editor) for v in answer.context["versions"]] == [(2, mo), (1, post.author)]


def test_a_text_in_a_history_is_only_text(client, post, ada):
    post.edit(ada, "<script>alert(1)</script>")

    assert "<script>alert" not in history(client, post).content.decode()


def test_a_long_history_has_pages(client, post, ada):
    for n in range(2, 46):
        post.edit(ada, f"Text {n}")

    pages, before = [], None
    while before != "":
        answer = history(client, post, **({"before": before} if before else {}))
        pages.append([v.number for v in answer.context["versions"]])
        before = answer.context["older"]
    assert [(page[0], page[-1], len(page)) for page in pages] == [
        (45, 26, 20),
        (25, 6, 20),
        (5, 1, 5),
    ]
    assert (
        history(client, post, before=26)
        .context["versions"][-1]
        .html.startswith("Text <del>5</del>")
    )


@pytest.mark.parametrize("before", ["", "0", "1", "x", "٣", "-1", "9" * 10, "9" * 5000, "1\0"])
def test_a_version_that_is_none_is_not_found(client, post, before):
    assert history(client, post, before=before).status_code == 404


def test_the_history_of_a_hidden_post_is_for_its_author_and_moderators(
    signed_in, client, ada, grace, mo, post
):
    post.hide(mo)

    assert history(client, post).status_code == 403
    assert [history(signed_in(who), post).status_code for who in (grace, ada, mo)] == [
        403,
        200,
        200,
    ]


def test_a_post_that_was_never_edited_has_one_version(client, post):
    answer = history(client, post)

    assert [v.html for v in answer.context["versions"]] == ["I wonder."]
    assert answer.context["older"] == ""
    assert post_history.SIZE == 20


def test_a_comparison_is_made_once_for_all_who_look(client, post, ada, monkeypatch):
    monkeypatch.setattr(post_history, "SECONDS", 60)
    made, compare = [], post_history.compare
    monkeypatch.setattr(
        post_history, "compare", lambda *arguments: made.append(1) or compare(*arguments)
    )
    for n in range(5):
        post.edit(ada, f"Text {n}.")

    pages = [history(client, post).text for _ in range(3)]

    assert len(made) == 5
    assert pages[0] == pages[1] == pages[2]
    post.edit(ada, "Short.")
    assert "<ins>Short" in history(client, post).text
    assert len(made) == 6


def test_long_comparisons_take_a_page_no_more_than_their_time(client, post, ada, monkeypatch):
    """What no time is left for is compared by the next visitors, a few at a time."""
    for n in range(5):
        post.edit(ada, f"Text {n}.")
    clock = [0.0]
    monkeypatch.setattr(post_history, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    compare, made = post_history.compare, []

    def slow(before, after, seconds):
        clock[0] += 0.1
        made.append(after)
        return compare(before, after, 1)

    monkeypatch.setattr(post_history, "compare", slow)

    counts = [history(client, post).status_code and len(made) for _ in range(4)]

    assert counts == [2, 4, 5, 5]


def test_both_texts_can_be_shown_side_by_side(client, post, mo):
    post.edit(mo, "I really wonder.")

    page = history(client, post, view="sides").text
    assert '<div class="side side--before">I wonder.</div>' in page
    assert '<div class="side side--after">I <ins>really </ins>wonder.</div>' in page


def test_the_view_stays_on_the_way_through_a_long_history(client, post, ada):
    for n in range(2, 24):
        post.edit(ada, f"Text {n}")

    page = history(client, post, view="sides").text
    assert 'href="?view=sides&amp;before=4"' in page
    page = history(client, post, view="sides", before=4).text
    assert 'href="?view=sides">' in page
    assert 'href="?before=4">' in page
    assert 'href="?">' in history(client, post, view="sides").text


def test_a_view_that_is_none_is_not_found(client, post):
    assert history(client, post, view="x").status_code == 404


def changes(client, post):
    address = reverse("history", args=[post.pk])
    return client.get(address, headers={"X-Requested-With": "part"})


def test_scripts_get_what_the_last_edit_changed(client, post, ada, mo, monkeypatch):
    post.edit(ada, "I really wonder.")
    post.edit(mo, "I really do wonder.", "stronger")
    made, compare = [], post_history.compare
    monkeypatch.setattr(
        post_history, "compare", lambda *arguments: made.append(1) or compare(*arguments)
    )

    part = changes(client, post).text

    assert "<ins>do </ins>" in part
    assert "<ins>really" not in part
    assert "stronger" in part
    assert f'href="{reverse("history", args=[post.pk])}"' in part
    assert "<html" not in part
    assert len(made) == 1


def test_what_a_hidden_version_said_is_in_no_fragment(visitor, post, ada, mo):
    post.edit(ada, "hunter2")
    post.edit(ada, "Never mind.")
    assert "hunter2" in changes(visitor(None), post).text

    post.revisions.get(version=2).hide(mo)

    part = changes(visitor(None), post).text
    assert "hunter2" not in part
    assert "The version before is hidden" in part
    assert "hunter2" in changes(visitor(mo), post).text


def test_a_post_without_edits_has_a_fragment_too(client, post):
    assert "I wonder." in changes(client, post).text


def test_a_fragment_of_a_hidden_post_is_for_its_author_and_moderators(visitor, post, ada, mo):
    post.hide(mo)

    assert [changes(visitor(who), post).status_code for who in (None, ada, mo)] == [403, 200, 200]
