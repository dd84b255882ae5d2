import pytest
from django.urls import reverse

from forum.models import Announcement


def choose(client, theme, back="/"):
    return client.post(reverse("theme"), {"theme": theme, "next": back})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_kept_and_shown(client, db, theme):
    answer = choose(client, theme, "/t/new/?category=1")

    assert (answer.status_code, answer.url) == (302, "/t/new/?category=1")
    assert answer.cookies["theme"].value == theme
    assert f'data-theme="{theme}"' in client.get("/").content.decode()


def test_the_wish_of_the_system_needs_no_cookie(client, db):
    choose(client, "dark")
    choose(client, "system")

    assert "theme" not in client.cookies or not client.cookies["theme"].value
    assert 'data-theme="' not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "theme",
    ["", "red", '"><script>', "x" * 5000, "dark; Domain=example.org", "dark\r\nSet-Cookie: a=b"],
)
def test_a_theme_that_is_none_is_not_kept(client, db, theme):
    answer = choose(client, theme)

    assert answer.status_code == 302
    assert not answer.cookies["theme"].value


def test_a_theme_in_a_foreign_cookie_is_not_shown(client, db):
    client.cookies["theme"] = "red"

    assert 'data-theme="' not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https://testserver.evil.example/",
        "https://testserver@evil.example/",
        " //evil.example",
        "\x08//evil.example",
        "",
    ],
)
def test_choosing_a_theme_leads_nowhere_else(client, db, back):
    assert choose(client, "dark", back).url == "/"


def test_a_line_end_in_an_address_is_none_in_the_answer(client, db):
    answer = choose(client, "dark", "/a\r\nSet-Cookie: a=b")

    assert "\n" not in answer.headers["Location"]
    assert "a" not in answer.cookies


def test_a_theme_is_not_chosen_by_an_address_alone(client, db):
    assert client.get(reverse("theme")).status_code == 405


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("name", ["theme", "dismissed"])
def test_choices_are_guarded_as_the_session_is(client, db, settings, secure, name):
    settings.SESSION_COOKIE_SECURE = secure
    announced = Announcement.objects.announce("Tea at five.")
    places = {"theme": reverse("theme"), "dismissed": reverse("dismiss", args=[announced.pk])}

    cookie = client.post(places[name], {"theme": "dark"}).cookies[name]

    assert (bool(cookie["secure"]), cookie["samesite"], cookie["path"], cookie["domain"]) == (
        secure,
        "Lax",
        "/",
        "",
    )
    # js/elements/live_announcements.js reads it
    assert bool(cookie["httponly"]) == (name == "theme")


FOREIGN = [
    "https://elsewhere.example",
    "null",
    "http://testserver:8001",
    "https://testserver",
    "http://sub.testserver",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_form_on_another_site_chooses_nothing(client, db, origin):
    notice = Announcement.objects.announce("Back at six.")
    for address, fields in (
        (reverse("theme"), {"theme": "dark"}),
        (reverse("dismiss", args=[notice.pk]), {}),
    ):
        answer = client.post(address, fields, headers={"Origin": origin})

        assert (answer.status_code, answer.url) == (302, "/")
        assert not answer.cookies


def test_a_form_on_the_site_chooses(client, db):
    answer = client.post(
        reverse("theme"), {"theme": "dark"}, headers={"Origin": "http://testserver"}
    )

    assert answer.cookies["theme"].value == "dark"
