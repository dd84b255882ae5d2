"""Whoever is signed out while writing signs in once and finds the text in its form, without scripts
too.
"""

import html
import re

import pytest
from django.test import Client

from forum.forms import unsent
from forum.models import Post, Topic, User
from tests.support import world

ORIGIN = {"Origin": "http://testserver"}


class Browser:
    """A browser without scripts: what it sends is what stands in the forms it was shown."""

    def __init__(self):
        self.client, self.page = Client(enforce_csrf_checks=True), None

    def opens(self, address):
        self.page = self.client.get(address, follow=True)
        return self

    def presses(self, action, **typed):
        """Sends the form on the page that goes to `action`, with what was typed into it."""
        found = re.search(
            rf'<form[^>]*action="{re.escape(action)}">(.*?)</form>', self.page.text, re.DOTALL
        )
        self.page = self.client.post(action, values(found[1]) | typed, headers=ORIGIN, follow=True)
        return self

    def signs_in(self, name="ada"):
        return self.presses("/accounts/login/", login=name, password=world.PASSWORD)

    def is_signed_out(self):
        self.client.cookies.pop("sessionid")
        return self

    def holds(self, action):
        """What the form to `action` on its page has in it."""
        found = re.search(
            rf'<form[^>]*action="{re.escape(action)}">(.*?)</form>', self.page.text, re.DOTALL
        )
        return values(found[1])


def values(form):
    """{name: value} of the fields in the HTML of a form."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        kind = attributes.get("type")
        is_sent = kind != "file" and (kind != "checkbox" or " checked" in tag)
        if "name" in attributes and is_sent:
            fields[attributes["name"]] = html.unescape(
                attributes.get("value", "on" if "checkbox" in tag else "")
            )
    for name, text in re.findall(
        r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
    ):
        fields[name] = html.unescape(text)
    for name, options in re.findall(
        r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="(\d+)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


@pytest.fixture
def browser(ada):
    return Browser().opens("/accounts/login/").signs_in()


def forms(topic):
    """(page, what it sends to, what is typed) of every form that members write in."""
    post = topic.posts.get()
    return {
        "reply": (
            f"/t/{topic.pk}/reply/",
            f"/t/{topic.pk}/replies/",
            {"body": "    four spaces\n\n& <b> ünï\n"},
        ),
        "topic": (
            "/t/new/",
            "/t/create/",
            {"title": "Tea & cake", "category": str(topic.category_id), "body": "Yes."},
        ),
        "edit": (
            f"/p/{post.pk}/edit/",
            f"/p/{post.pk}/update/",
            {"body": "Better.", "reason": "spelling"},
        ),
        "title": (f"/t/{topic.pk}/edit/", f"/t/{topic.pk}/edit/", {"title": "A better title"}),
        "profile": (
            "/profile/",
            "/profile/",
            {"name": "Ada L.", "about": "Two\n\nlines", "hides_presence": "on"},
        ),
    }


@pytest.mark.parametrize("form", ["reply", "topic", "edit", "title", "profile"])
def test_signing_in_leads_back_to_the_form_with_everything_in_it(browser, topic, form):
    page, action, typed = forms(topic)[form]

    browser.opens(page).is_signed_out().presses(action, **typed)
    assert browser.page.status_code == 403
    browser.signs_in()

    assert browser.page.redirect_chain
    held = browser.holds(action)
    assert {name: held[name] for name in typed} == typed
    assert "hasn&#x27;t been sent yet" in browser.page.text
    browser.presses(action)
    assert browser.page.status_code == 200
    assert browser.page.redirect_chain
    assert typed.get("body", "").rstrip() in ("", *Post.objects.values_list("body", flat=True))
    assert (form == "title") == Topic.objects.filter(title="A better title").exists()
    assert (form == "profile") == User.objects.filter(about="Two\n\nlines").exists()


def test_the_form_is_as_new_once_its_text_was_sent(browser, topic):
    page, action, typed = forms(topic)["reply"]
    browser.opens(page).is_signed_out().presses(action, **typed).signs_in().presses(action)

    browser.opens(page)

    assert browser.holds(action)["body"] == ""
    assert topic.posts.count() == 2


def test_a_wrong_password_does_not_lose_the_text(browser, topic):
    page, action, typed = forms(topic)["reply"]
    browser.opens(page).is_signed_out().presses(action, **typed)

    browser.presses("/accounts/login/", login="ada", password="wrong").signs_in()

    assert browser.holds(action)["body"] == typed["body"]


def test_who_signed_in_in_another_tab_continues_at_once(browser, topic):
    page, action, typed = forms(topic)["reply"]
    browser.opens(page).is_signed_out().presses(action, **typed)
    refused = browser.page
    browser.opens("/accounts/login/").signs_in()
    browser.page = refused

    browser.presses("/continue/").presses(action)

    assert topic.posts.get(number=2).body == typed["body"].rstrip()


def test_who_signs_in_twice_is_given_the_text_to_send_at_once(browser, topic):
    page, action, typed = forms(topic)["reply"]
    browser.opens(page).is_signed_out().presses(action, **typed)
    refused = browser.page
    browser.opens("/accounts/login/").signs_in()
    browser.page = refused

    browser.signs_in()
    assert "Send it now" in browser.page.text
    assert "signed in as Ada Lovelace" in browser.page.text
    browser.presses(action)

    assert topic.posts.get(number=2).body == typed["body"].rstrip()


def test_a_form_opened_before_signing_in_anew_is_sent_with_one_press_more(browser, grace, topic):
    page, action, typed = forms(topic)["reply"]
    browser.opens(page)
    opened = browser.page
    browser.is_signed_out().opens("/accounts/login/").signs_in("grace")
    browser.page = opened

    browser.presses(action, **typed)
    assert browser.page.status_code == 403
    assert "signed in as Grace Hopper" in browser.page.text
    browser.presses(action)

    assert topic.posts.get(number=2).author == grace


def test_an_edit_from_an_older_version_shows_the_current_text_after_signing_in(browser, topic, mo):
    page, action, typed = forms(topic)["edit"]
    browser.opens(page).is_signed_out().presses(action, **typed)
    topic.posts.get().edit(mo, "What Mo wrote.")

    browser.signs_in()

    assert "Better." in browser.page.text
    assert "What Mo wrote." in browser.page.text
    assert topic.posts.get().body == "What Mo wrote."


def test_a_guest_who_continues_is_asked_to_sign_in_and_keeps_the_text(browser, topic):
    page, action, typed = forms(topic)["reply"]
    browser.opens(page).is_signed_out().presses(action, **typed)

    browser.presses("/continue/").signs_in()

    assert browser.holds(action)["body"] == typed["body"]


@pytest.mark.parametrize("origin", [{}, {"Origin": "null"}, {"Origin": "http://evil.example"}])
def test_what_another_site_sends_is_never_put_into_a_form(browser, topic, origin):
    text = unsent.pack(f"/t/{topic.pk}/replies/", {"body": "Not mine."})

    answer = browser.client.post("/continue/", {"unsent": text}, headers=origin)

    assert answer.status_code == 403
    assert browser.opens(f"/t/{topic.pk}/reply/").holds(f"/t/{topic.pk}/replies/")["body"] == ""


@pytest.mark.parametrize(
    "text", ["", "x", "a:b:c", "x" * 600_000, "\ud800".encode("utf-8", "replace").decode()]
)
def test_what_the_forum_has_not_packed_is_refused(browser, text):
    assert browser.client.post("/continue/", {"unsent": text}, headers=ORIGIN).status_code == 403
    assert browser.client.get("/continue/").status_code == 405


def test_a_text_too_long_to_be_kept_is_shown(browser, topic):
    page, action, _typed = forms(topic)["reply"]

    browser.opens(page).is_signed_out().presses(action, body="x" * 70_000)

    assert "x" * 70_000 in browser.page.text
    assert "too long" in browser.page.text
    assert browser.signs_in().page.status_code == 200


def test_guests_store_nothing(client, topic):
    from django.contrib.sessions.models import Session

    for _ in range(3):
        client.post(f"/t/{topic.pk}/replies/", {"body": "Hello", "token": world.token()})

    assert not Session.objects.exists()


def test_a_moderator_signed_out_while_hiding_a_post_finds_the_reason_in_its_form(topic, mo):
    action = f"/p/{topic.posts.get().pk}/hide/"
    browser = (
        Browser()
        .opens("/accounts/login/")
        .signs_in("mo")
        .opens(action.replace("hide", "menu"))
        .is_signed_out()
    )

    browser.presses(action, reason="Off topic, sorry.").signs_in("mo")

    assert browser.holds(action)["reason"] == "Off topic, sorry."
    browser.presses(action)
    assert topic.posts.get().hidden_reason == "Off topic, sorry."


def test_a_moderator_signed_out_while_making_a_wiki_finds_the_choice_in_its_form(topic, mo):
    action = f"/p/{topic.posts.get().pk}/wiki/"
    insiders = world.group("Insiders")
    browser = Browser().opens("/accounts/login/").signs_in("mo").opens(action).is_signed_out()

    browser.presses(action, editors=str(insiders.pk)).signs_in("mo")

    assert browser.holds(action)["editors"] == str(insiders.pk)
    browser.presses(action)
    assert topic.posts.get().wiki_group == insiders


def test_a_post_hidden_by_a_form_that_was_sent_twice_has_its_reason(topic, mo):
    address = f"/p/{topic.posts.get().pk}"
    browser = Browser().opens("/accounts/login/").signs_in("mo").opens(f"{address}/menu/")
    opened = browser.page
    browser.presses(f"{address}/hide/", reason="Off  topic.")
    browser.page = opened

    browser.presses(f"{address}/hide/", reason="Off  topic.")

    assert "so your reason wasn" not in browser.page.text


@pytest.mark.parametrize("form", ["reply", "edit", "title"])
def test_a_form_that_is_gone_after_signing_in_again_gives_the_text_back(
    browser, topic, lounge, form
):
    page, action, typed = forms(topic)[form]
    browser.opens(page).is_signed_out().presses(action, **typed)
    topic.move(lounge)

    browser.signs_in()

    assert browser.page.status_code == 404
    assert all(html.escape(text.strip()) in browser.page.text for text in typed.values())
    assert "Your text" not in browser.opens("/no/such/page/").page.text


def test_a_post_hidden_while_its_author_was_signed_out_gives_the_text_back(browser, topic, mo):
    page, action, typed = forms(topic)["edit"]
    browser.opens(page).is_signed_out().presses(action, **typed)
    topic.posts.get().hide(mo)

    browser.signs_in()

    assert browser.page.status_code == 403
    assert typed["body"] in browser.page.text


@pytest.mark.parametrize("ended", ["hidden", "moved", "closed"])
def test_a_form_that_is_refused_for_good_gives_the_text_back(browser, topic, mo, lounge, ended):
    post = topic.posts.get()
    browser.opens(f"/p/{post.pk}/edit/")
    {"hidden": lambda: post.hide(mo), "moved": lambda: topic.move(lounge), "closed": topic.close}[
        ended
    ]()

    browser.presses(f"/p/{post.pk}/update/", body="Typed for an hour.", reason="Why not?")

    assert browser.page.status_code == (404 if ended == "moved" else 403)
    assert (
        '<pre class="source" dir="auto" tabindex="0">Typed for an hour.</pre>' in browser.page.text
    )
    assert "Why not?" in browser.page.text
