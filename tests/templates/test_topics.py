import re

import pytest
from django.template.loader import render_to_string

from forum.models import Topic
from forum.pages import fragments
from forum.pages.pagination import Page


def row(topic, read_to=None):
    return fragments.row(Topic.objects.for_display().get(pk=topic.pk), read_to)


def header(topic):
    return render_to_string("topics/_header.html", {"topic": topic})


def pager(topic, page):
    return render_to_string(
        "topics/_pager.html", {"address": topic.get_absolute_url(), "page": page}
    )


def test_a_row_tells_scripts_where_it_belongs(topic):
    html = row(topic)

    assert f'data-topic="{topic.pk}" data-change="{topic.change}"' in html
    assert f'data-key="{topic.key}"' in html
    assert 'data-pinned=""' in html
    assert 'data-last="1"' in html


def test_a_pinned_and_closed_topic_says_so_in_words(topic):
    topic.pin()
    topic.close()

    for html in (row(topic), header(topic)):
        assert "pinned" in html
        assert "closed" in html
    assert f'data-pinned="{topic.pinned_at.isoformat()}"' in row(topic)


def test_unread_posts_are_counted_beside_the_title(topic):
    Topic.objects.filter(pk=topic.pk).update(last_number=1244)

    html = row(topic, read_to=10)

    assert ">1,234</a>" in html
    assert "row--unread" in html
    assert not re.search(r"data-unread[^>]* hidden", html)


def test_a_topic_without_unread_posts_hides_the_count(topic):
    for read_to in (None, 0, 1, 2):
        assert re.search(r"data-unread[^>]* hidden", row(topic, read_to))


@pytest.mark.parametrize(
    ("read_to", "state", "place"),
    [(None, "row", ""), (0, "row row--unopened", ""), (1, "row row--unread", "#post-2"),
     (20, "row row--unread", "?page=2#post-21"), (44, "row row--unread", "?page=3#post-45"),
     (45, "row row--read", "?page=3#post-45"), (99, "row row--read", "?page=3#post-45")],
)  # fmt: skip
def test_a_title_opens_where_its_reader_stopped(topic, read_to, state, place):
    Topic.objects.filter(pk=topic.pk).update(last_number=45)

    html = row(topic, read_to)

    assert f'class="row__link" dir="auto" href="{topic.get_absolute_url()}{place}"' in html
    assert f'<li class="{state}" ' in html
    assert bool(re.search(r'class="row__new"[^>]* hidden>', html)) == (read_to != 0)


def test_a_row_shows_the_face_of_who_wrote_last(topic, grace):
    assert row(topic).count('class="avatar ') == 1

    topic.reply(grace, "Tea.")
    topic.refresh_from_db()

    assert row(topic).count('class="avatar ') == 2
    assert "last post by Grace Hopper" in row(topic)


def test_the_header_counts_replies(topic, ada):
    assert "0 replies" in header(topic)

    topic.reply(ada, "Tea.")
    topic.refresh_from_db()

    assert "1 reply<" in header(topic)


def test_a_title_is_never_markup(topic):
    topic.rename("<b>Tea</b>")

    for html in (row(topic), header(topic)):
        assert "<b>" not in html


def test_a_single_page_needs_no_pager_but_keeps_a_place_for_it(topic):
    html = pager(topic, Page(1, 20))

    assert re.search(r'<nav [^>]*id="pager"[^>]* hidden>', html)
    assert "<a " not in html


def test_the_pager_of_a_thousand_pages_stays_short(topic):
    html = pager(topic, Page(500, 20_000))

    assert re.findall(r">(\d+|…)<", html) == ["1", "…", "499", "500", "501", "…", "1000"]
    assert re.search(r'aria-current="page"[^>]*>500<', html)
    assert 'rel="prev"' in html
    assert 'rel="next"' in html


def test_the_way_to_the_first_page_has_no_number(topic):
    assert f'rel="prev" href="{topic.get_absolute_url()}"' in pager(topic, Page(2, 40))


def test_an_empty_list_says_so(client, help_category):
    assert "No topics yet" in client.get(help_category.get_absolute_url()).content.decode()


def test_a_guest_is_asked_to_sign_in_and_comes_back(client, topic):
    html = client.get(topic.get_absolute_url()).content.decode()

    assert 'id="reply"' in html
    assert f"?next={topic.get_absolute_url()}" in html
    assert "<textarea" not in html


def test_a_closed_topic_says_why_nobody_can_reply(signed_in, grace, topic):
    topic.close()

    html = signed_in(grace).get(topic.get_absolute_url()).content.decode()

    assert "closed to new replies" in html
    assert "<textarea" not in html


def test_only_moderators_find_tools_for_the_whole_topic(signed_in, grace, mo, topic):
    address = f"/t/{topic.pk}/close/"

    assert address not in signed_in(grace).get(topic.get_absolute_url()).content.decode()
    assert address in signed_in(mo).get(topic.get_absolute_url()).content.decode()


def test_the_author_may_rename_while_the_topic_is_open(signed_in, ada, topic):
    address = f"/t/{topic.pk}/edit/"
    assert address in signed_in(ada).get(topic.get_absolute_url()).content.decode()

    topic.close()

    assert address not in signed_in(ada).get(topic.get_absolute_url()).content.decode()
