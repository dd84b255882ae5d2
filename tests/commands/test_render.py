import pytest
from django.core.management import call_command

from forum.management.rerendering import render_all
from forum.models import Announcement, Post, User

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
