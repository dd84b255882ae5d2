"""Fragments from skeletons are the same as those that the template renders one by one."""

from datetime import timedelta
from operator import attrgetter
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from forum.models import Post
from forum.pages import fragments, posts
from forum.pages.skeletons import Skeletons


class Alone:
    """An object with its texts, for rendering the template as any other."""

    def __init__(self, thing, texts):
        self.thing, self.texts = thing, texts

    def __getattr__(self, name):
        return self.texts[name](self.thing) if name in self.texts else getattr(self.thing, name)


def alone(skeletons, thing):
    shown = Alone(thing, skeletons.texts)
    with fragments.for_everybody():
        return render_to_string(skeletons.template, {skeletons.name: shown}).strip()


@pytest.fixture
def skeletons(settings, tmp_path):
    """Of a template that a test writes."""
    settings.TEMPLATES = [
        {**engine, "DIRS": [tmp_path], "OPTIONS": engine["OPTIONS"]}
        for engine in settings.TEMPLATES
    ]

    def made(source, **texts):
        (tmp_path / "_test.html").write_text(source)
        return Skeletons("_test.html", "thing", texts)

    return made


def every_kind(topic, ada, grace, mo):
    """Makes posts of every kind, each for two authors."""
    long_ago = timezone.now() - timedelta(days=400)
    for author, other in ((ada, grace), (grace, ada)):
        topic.reply(author, f"Tea & <b>cake</b>, 100 % {{{{ fine }}}}, by {author}.")
        topic.reply(author, "Old.").edit(author, "Edited by its author.")
        topic.reply(author, "Old.").edit(mo, "Edited by a moderator.", "Spelling")
        topic.reply(author, "Hidden.").hide(author)
        topic.reply(author, "Hidden, too.").hide(mo, "Rude")
        edited = topic.reply(author, "Old.")
        edited.edit(author, "New.")
        edited.hide(mo)
        topic.reply(author, "Wiki.").make_wiki()
        answered = topic.reply(author, "A question?")
        topic.reply(other, "Just below.", reply_to=answered)
        topic.reply(other, "Further down.", reply_to=answered)
    Post.objects.filter(number__gt=10).update(created_at=long_ago)
    return Post.objects.for_display().filter(topic=topic).order_by("number")


def test_a_post_from_a_skeleton_is_the_same_as_one_rendered_alone(topic, ada, grace, mo, settings):
    settings.EDIT_GRACE_MINUTES = 0
    for minutes in (0, 60):
        settings.EDIT_WINDOW_MINUTES = minutes
        for post in every_kind(topic, ada, grace, mo):
            assert fragments.rendered_post(post) == alone(posts.SKELETONS, post)


def test_posts_of_one_shape_are_rendered_once(topic, ada, grace, monkeypatch):
    fragments.rendered_post(topic.reply(ada, "Tea."))
    monkeypatch.setattr("forum.pages.skeletons.render_to_string", None)

    assert "Coffee" in fragments.rendered_post(topic.reply(grace, "Coffee."))


def test_what_a_template_decides_by_makes_another_skeleton(skeletons):
    source = "{% if thing.is_open %}open{% else %}{{ thing.why }}{% endif %} {{ thing.name }}"
    shown = skeletons(source, name=attrgetter("name"))

    def html(**values):
        return shown.render(SimpleNamespace(**values))

    for name in ("one", "two"):
        assert html(is_open=True, why="", name=name) == f"open {name}"
        assert html(is_open=False, why="late", name=name) == f"late {name}"
        assert html(is_open=False, why="<i>", name="<b>") == "&lt;i&gt; &lt;b&gt;"


def test_a_template_that_uses_objects_is_rendered_each_time(skeletons):
    shown = skeletons("{{ thing.owner.name }}, {{ thing.name }}", name=attrgetter("name"))

    for owner in ("Ada", "Grace"):
        thing = SimpleNamespace(owner=SimpleNamespace(name=owner), name="Tea")
        assert shown.render(thing) == f"{owner}, Tea"


def test_an_attribute_that_some_lack_is_no_shape(skeletons):
    shown = skeletons("{{ thing.extra }}{{ thing.name }}", name=attrgetter("name"))

    assert shown.render(SimpleNamespace(name="Tea")) == "Tea"
    assert shown.render(SimpleNamespace(name="Tea", extra="Black ")) == "Black Tea"
    assert shown.render(SimpleNamespace(name="Tea")) == "Tea"


def test_a_text_that_looks_like_a_placeholder_stays(skeletons):
    texts = {name: attrgetter(name) for name in ("name", "word")}
    shown = skeletons("{{ thing.name }} {{ thing.word }}", **texts)
    looks = shown.placeholders["word"]

    for _again in range(2):
        assert shown.render(SimpleNamespace(name=looks, word="Tea")) == f"{looks} Tea"


def test_languages_have_skeletons_of_their_own(skeletons):
    source = "{% load i18n %}{% get_current_language as now %}{{ now }} {{ thing.name }}"
    shown = skeletons(source, name=attrgetter("name"))

    for language in ("en", "de", "en"):
        with translation.override(language):
            assert shown.render(SimpleNamespace(name="Tea")) == f"{language} Tea"
