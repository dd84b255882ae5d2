import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.conf import settings
from django.template.defaultfilters import date
from django.utils.formats import localize

from forum.models import User
from forum.pages.avatars import HUES, avatar, initials
from forum.pages.moments import moment
from forum.templatetags.parley import grouped, icon, swatch

STATIC = Path(settings.BASE_DIR) / "static"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ines Duarte", "ID"),
        ("Maria del Carmen Ruiz", "MR"),
        ("ada", "AD"),
        ("ada_lovelace", "AL"),
        ("x", "X"),
        ("楊大衛", "楊大"),
        ("straße", "ST"),
        ("ß", "SS"),
        ("!?", "?"),
        ("สวัสดี ชาวโลก", "สช"),
        ("हिन्दी", "हिन्"),
        ("👩\u200d💻 ada", "AD"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("🇩🇪🇫🇷", "🇩🇪"),
    ],
)
def test_initials_come_from_the_first_and_last_word(name, letters):
    assert initials(name) == letters


def test_a_member_keeps_their_colour_whatever_they_are_called():
    before, after = (avatar(User(pk=7, username="ada", name=name)) for name in ("Ada", "Countess"))

    assert re.search(r"hue-\d+", before)[0] == re.search(r"hue-\d+", after)[0]


def test_neighbours_have_different_colours():
    faces = [re.search(r"hue-\d+", avatar(User(pk=pk, username="ada")))[0] for pk in range(HUES)]

    assert len(set(faces)) == HUES


def test_a_name_cannot_break_out_of_an_avatar():
    assert "<b" not in avatar(User(pk=1, username="<b> <b>"))


def test_white_letters_are_readable_on_every_colour_of_an_avatar():
    css = (STATIC / "css/avatars.css").read_text()
    colours = re.findall(r"\.avatar--hue-(\d+) \{ background: (#\w{6}); \}", css)

    assert [int(hue) for hue, _ in colours] == list(range(HUES))
    assert min(contrast_to_white(colour) for _, colour in colours) >= 4.5


def test_every_icon_that_a_template_asks_for_is_in_the_sprite():
    pages = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    asked = {
        (sprite or "icons", name)
        for page in pages
        for name, sprite in re.findall(r'{% icon "([^"]+)"(?: "([^"]+)")? %}', page.read_text())
    }
    drawn = {
        (sprite, name)
        for sprite in ("icons", "more-icons", "reactions", "writing-icons")
        for name in re.findall(r'id="([^"]+)"', (STATIC / f"{sprite}.svg").read_text())
    }

    assert asked
    assert asked <= drawn


def test_an_icon_is_hidden_from_those_who_listen():
    assert 'aria-hidden="true"' in icon("pin")


def test_a_moment_reads_without_scripts_and_is_exact_for_scripts():
    madrid = timezone(timedelta(hours=2))

    time = moment(datetime(2026, 5, 12, 16, 3, 59, tzinfo=madrid))

    assert 'datetime="2026-05-12T14:03:59Z" data-moment="moment"' in time
    assert re.sub("<[^>]+>", "", time) == "12 May 2026, 14:03 UTC"


def test_a_day_names_the_zone_that_it_is_a_day_in():
    day = moment(datetime(2026, 5, 12, 23, 30, tzinfo=timezone(timedelta(hours=-2))), "day")

    assert re.sub("<[^>]+>", "", day) == "13 May 2026 UTC"


def test_the_admin_and_mails_write_dates_as_pages_do():
    when = datetime(2026, 5, 12, 14, 3, tzinfo=UTC)

    assert localize(when) == date(when, "DATETIME_FORMAT") == "12 May 2026, 14:03 UTC"


def test_large_numbers_are_grouped():
    assert grouped(1234567) == "1,234,567"


def test_a_category_shows_its_colour_without_an_inline_style(help_category):
    square = swatch(help_category)

    assert 'fill="#e8590c"' in square
    assert "style" not in square


def contrast_to_white(colour):
    shares = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
