import threading

import pytest
from django.core.management import call_command
from django.db import connection

from forum.management import rerendering
from forum.management.rerendering import render_all
from forum.models import Announcement, Post, User
from tests.commands.conftest import on_postgresql
from tests.support.concurrency import at_once
from tests.support.polling import until

pytestmark = pytest.mark.django_db
OLD = '<p dir="auto">as it was</p>\n'


def test_texts_are_shown_as_the_rules_are_now(ada, topic, client):
    post = topic.reply(ada, "*Now* for @ada.")
    Post.objects.filter(pk=post.pk).update(html=OLD)
    assert "as it was" in client.get(topic.get_absolute_url()).text
    epoch = topic.epoch

    assert render_all() == {"changed": 1, "total": 2}

    page = client.get(topic.get_absolute_url()).text
    assert "<em>Now</em>" in page
    assert f'data-member="{ada.pk}"' in page
    topic.refresh_from_db()
    assert topic.epoch != epoch


def test_what_reads_the_same_is_left_alone(topic):
    epoch = topic.epoch

    assert render_all()["changed"] == 0

    topic.refresh_from_db()
    assert topic.epoch == epoch


def test_a_text_that_the_rules_refuse_now_stays_and_one_edited_meanwhile_too(
    ada, topic, monkeypatch
):
    refused, edited = topic.reply(ada, "Long."), topic.reply(ada, "Before.")
    Post.objects.filter(pk=refused.pk).update(body=">" * 50 + " a", html=OLD)
    Post.objects.filter(pk=edited.pk).update(html=OLD)
    known = User.objects.by_username

    def edit_meanwhile(names):
        if Post.objects.get(pk=edited.pk).version == 1:
            edited.edit(ada, "After.")
        return known(names)

    Post.objects.filter(pk=edited.pk).update(body="Before @ada.")
    monkeypatch.setattr(
        type(User.objects), "by_username", lambda self, names: edit_meanwhile(names)
    )
    render_all()

    assert Post.objects.get(pk=refused.pk).html == OLD
    assert "After." in Post.objects.get(pk=edited.pk).html


def test_announcements_are_rendered_too_and_the_command_says_what_it_did(olive, topic, capsys):
    Announcement.objects.announce("*Tea* at five.", made_by=olive)
    Announcement.objects.update(html=OLD)

    call_command("render")

    assert "<em>Tea</em>" in Announcement.objects.get().html
    assert capsys.readouterr().out == "0 of 1 texts are now shown differently.\n"


def test_many_posts_are_taken_in_batches(ada, topic, monkeypatch):
    monkeypatch.setattr("forum.management.rerendering.BATCH", 2)
    for n in range(5):
        topic.reply(ada, f"Number {n}.")
    Post.objects.update(html=OLD)

    assert render_all() == {"changed": 6, "total": 6}


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_post_that_is_answered_meanwhile_is_rendered_and_counts_the_answer(
    topic, ada, monkeypatch
):
    post, stored, store = topic.posts.get(), threading.Event(), rerendering._store
    Post.objects.update(html=OLD)

    def store_while_somebody_waits(*arguments):
        found = store(*arguments)
        stored.set()
        until(somebody_waits)
        return found

    def answer():
        assert stored.wait(60)
        topic.reply(ada, "Tea.", reply_to=post)

    monkeypatch.setattr(rerendering, "_store", store_while_somebody_waits)
    at_once(render_all, answer)

    post.refresh_from_db()
    assert (post.html == OLD, post.replies_count) == (False, 1)


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()
