"""Titles and profiles: what somebody saved meanwhile is not written over by a form that was opened
before.
"""

import re

import pytest

from forum.models import Topic, User
from tests.support import world


@pytest.fixture
def title(signed_in, ada, topic):
    return Form(signed_in(ada), f"/t/{topic.pk}/edit/", title="Tea, coffee or milk?")


@pytest.fixture
def profile(signed_in, ada):
    return Form(signed_in(ada), "/profile/", name="Ada L.", about="Typed for an hour.")


class Form:
    """A form as its page shows it, and what is typed into it."""

    def __init__(self, client, address, **typed):
        self.client, self.address, self.typed = client, address, typed
        self.seen = self.seen_on(client.get(address))

    def seen_on(self, page):
        return re.search(r'name="seen" value="(\w+)"', page.text)[1]

    def sends(self, **other):
        return self.client.post(self.address, {**self.typed, "seen": self.seen, **other})

    def asks(self, **other):
        """201 where just this was saved already."""
        headers = {"X-Requested-With": "check"}
        return self.client.post(
            self.address, {**self.typed, "seen": self.seen, **other}, headers=headers
        ).status_code


def test_a_title_that_was_changed_meanwhile_is_not_replaced_unnoticed(title, topic):
    topic.rename("What Mo called it")

    refused = title.sends()

    assert refused.status_code == 422
    assert "What Mo called it" in refused.text
    assert 'value="Tea, coffee or milk?"' in refused.text
    assert Topic.objects.get().title == "What Mo called it"
    assert title.sends(seen=title.seen_on(refused)).status_code == 302
    assert Topic.objects.get().title == "Tea, coffee or milk?"


def test_of_two_tabs_with_a_profile_the_second_does_not_lose_what_the_first_saved(
    profile, signed_in, ada
):
    other = Form(signed_in(ada), "/profile/", name="Ada L.", about="Typed in another tab.")
    assert other.sends().status_code == 302

    refused = profile.sends()

    assert refused.status_code == 422
    assert "now reads: “Typed in another tab.”" in refused.text
    assert "Typed for an hour." in refused.text
    assert User.objects.get(pk=ada.pk).about == "Typed in another tab."


@pytest.mark.parametrize("form", ["title", "profile"])
def test_what_was_saved_may_be_sent_again_and_is_not_counted(form, request, settings):
    settings.RATES = {**settings.RATES, "rename": "1/day", "name": "1/day", "profile": "1/day"}
    form = request.getfixturevalue(form)

    assert [form.sends().status_code for _ in range(4)] == [302] * 4


@pytest.mark.parametrize("form", ["title", "profile"])
def test_a_form_without_a_word_of_what_it_showed_is_taken(form, request, topic):
    topic.rename("What Mo called it")

    assert request.getfixturevalue(form).sends(seen="").status_code == 302


def test_a_pin_or_a_reply_meanwhile_is_no_other_title(title, topic):
    topic.pin()
    topic.reply(world.member("grace"), "Tea.")

    assert title.sends().status_code == 302


@pytest.mark.parametrize("form", ["title", "profile"])
def test_whoever_asks_whether_a_form_was_saved_changes_nothing(request, form, topic, ada):
    form, before = request.getfixturevalue(form), stored(topic, ada)

    assert form.asks() == 204
    assert stored(topic, ada) == before
    form.sends()
    assert form.asks() == 201


def test_whoever_asks_about_a_profile_is_told_of_its_switches_and_of_other_line_ends(
    signed_in, ada
):
    form = Form(signed_in(ada), "/profile/", name="Ada", about="One\r\nTwo", announces_updates="on")
    form.sends()

    assert User.objects.get(pk=ada.pk).about == "One\nTwo"
    assert form.asks() == form.asks(about="One\nTwo") == 201
    assert form.asks(hides_presence="on") == form.asks(about="One Two") == 204


@pytest.mark.parametrize(("reason", "answer"), [("Off topic", 201), ("Rude", 204), ("", 204)])
def test_whoever_asks_whether_a_post_was_hidden_hides_nothing(signed_in, mo, topic, reason, answer):
    post, client = topic.posts.get(), signed_in(mo)
    asks = {
        "path": f"/p/{post.pk}/hide/",
        "data": {"reason": reason},
        "headers": {"X-Requested-With": "check"},
    }
    assert client.post(**asks).status_code == 204
    assert not topic.posts.get().is_hidden
    post.hide(mo, "Off topic")

    assert client.post(**asks).status_code == answer


def stored(topic, ada):
    return Topic.objects.get(pk=topic.pk).title, User.objects.get(pk=ada.pk).about
