import re

import pytest
from django.test import Client

from forum.pages import fragments


def test_a_page_has_no_inline_script_or_style(signed_in, ada, topic):
    html = signed_in(ada).get(topic.get_absolute_url()).content.decode()

    assert "<style" not in html
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)
    assert not re.search(r"<script(?![^>]* src=)", html)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_in_the_page_from_the_first_byte(client, topic, theme):
    client.cookies["theme"] = theme

    html = client.get("/").content.decode()

    assert f'data-theme="{theme}"' in html
    assert re.search(rf'value="{theme}" aria-pressed="true"', html)


def test_without_a_choice_the_system_decides(client, topic):
    html = client.get("/").content.decode()

    assert "data-theme=" not in html
    assert 'value="system" aria-pressed="true"' in html


def test_a_member_gets_the_stylesheet_that_shows_their_own_links(client, signed_in, ada, topic):
    assert f"/u/{ada.pk}.css" not in client.get("/").content.decode()
    assert f"/u/{ada.pk}.css" in signed_in(ada).get("/").content.decode()


def test_the_sidebar_marks_where_one_is(client, topic, help_category):
    for address in ("/", help_category.get_absolute_url()):
        html = client.get(address).content.decode()

        assert re.findall(r'href="([^"]+)" aria-current="page"', html) == [address]


def test_every_page_can_be_skipped_into(client, topic):
    html = client.get("/").content.decode()

    assert 'class="skip" href="#main"' in html
    assert '<main class="frame__main" id="main"' in html


def test_forms_in_cached_parts_have_the_token_of_their_reader(ada, grace, topic):
    for member in (ada, grace, ada):
        client = Client(enforce_csrf_checks=True)
        client.force_login(member)
        html = client.get(topic.get_absolute_url()).text
        [menu] = re.findall(r'(?s)<div class="menu" id="member".*?</div>', html)
        tokens = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', html))
        assert f'value="{fragments.CSRF_TOKEN}"' not in html

        [token] = tokens
        assert token in menu
        answer = client.post("/accounts/logout/", {"csrfmiddlewaretoken": token})
        assert answer.status_code == 302


def test_the_menu_of_a_renamed_member_has_the_new_name(signed_in, ada):
    assert "Ada Lovelace" in signed_in(ada).get("/").text
    ada.name = "Countess"
    ada.save()

    html = signed_in(ada).get("/").text

    assert "Your menu, Countess" in html
    assert "Ada Lovelace" not in html
