import re

import pytest


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
