"""nginx keeps guests' pages for the rest of a second, and nobody else's. X-Kept says to the tests
what it did.
"""

import gzip
import uuid

import brotli
import pytest

from forum.models import Announcement
from tests.deploy.site import until

pytestmark = pytest.mark.once

DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.fixture
def path(topic):
    return topic.get_absolute_url()


def is_kept(guest, path, **headers):
    """Asks until nginx answers by itself; a second may end between two questions, so not each
    time.
    """
    return until(lambda: guest.get(path, **headers).headers["X-Kept"] == "HIT")


def test_guests_share_a_page_whatever_other_cookies_they_have(visit, path):
    guest, other = visit(), visit()

    def is_shared():
        guest.get(path)
        other.cookies["csrftoken"] = uuid.uuid4().hex
        return other.get(path).headers["X-Kept"] == "HIT"

    assert until(is_shared)


def test_a_members_page_is_their_own_and_never_kept(visit, path, ada):
    guest, member = visit(), visit(ada)
    assert is_kept(guest, path)

    page = member.get(path)

    assert page.headers["X-Kept"] == "BYPASS"
    assert page.headers["Cache-Control"].startswith("private")
    assert "/u/ada.css" in page.text or f"/u/{ada.pk}.css" in page.text
    assert f"/u/{ada.pk}.css" not in guest.get(path).text


def test_a_new_post_is_on_the_page_when_the_second_has_ended(visit, path, topic, ada):
    guest = visit()
    assert is_kept(guest, path)

    topic.reply(ada, "News for guests.")

    assert until(lambda: "News for guests." in guest.get(path).text)


@pytest.mark.parametrize("accepted", ["gzip, br", "gzip", "identity"])
@pytest.mark.parametrize("theme", ["", "dark"])
def test_compressed_and_plain_pages_and_themes_are_kept_apart(visit, path, accepted, theme):
    guest, other = visit(), visit()
    guest.cookies["theme"], other.cookies["theme"] = theme, "light"
    for encoding in ("br", "gzip", "identity"):
        other.get(path, Accept_Encoding=encoding)
    assert is_kept(guest, path, Accept_Encoding=accepted)

    page = guest.get(path, Accept_Encoding=accepted)

    encoding = {"gzip, br": "br", "gzip": "gzip", "identity": None}[accepted]
    assert page.headers["Content-Encoding"] == encoding
    text = DECODERS[encoding](page.body).decode()
    assert ('data-theme="dark"' in text) == (theme == "dark")
    assert 'data-theme="light"' not in text


def test_a_browser_that_has_the_page_hears_so(visit, path):
    guest = visit()
    assert is_kept(guest, path)
    etag = guest.get(path).headers["ETag"]

    again = guest.get(path, If_None_Match=etag)

    assert again.status == 304
    assert not again.body


def test_forms_errors_and_redirects_are_not_kept(visit, topic):
    guest = visit()
    for path in ("/accounts/login/", "/t/987654321/", f"/t/{topic.pk}/last/"):
        guest.cookies.clear()

        assert [guest.get(path).headers["X-Kept"] for _ in range(3)] == ["MISS"] * 3


def test_two_addresses_never_share_a_page(visit, path, topic, ada):
    """A question mark in the path is not the one before the query."""
    for number in range(2, 22):
        topic.reply(ada, f"Reply {number}.")
    guest = visit()
    assert is_kept(guest, f"{path}?page=2")

    assert guest.get(f"{path}%3Fpage=2").status == 404


@pytest.mark.parametrize(
    "cookie", ["dismissed={}", "a=b; dismissed={}", "dismissed=7.{}.8", 'dismissed="{}"']
)
def test_an_announcement_that_one_guest_put_away_is_shown_to_all_others(visit, path, cookie):
    announcement = Announcement.objects.announce("Back at six.")
    guest = visit()
    until(lambda: "Back at six." in guest.get(path).text)

    for _ in range(12):
        other = visit()
        other.cookie = cookie.format(announcement.pk)
        assert "Back at six." not in other.get(path).text
        assert "Back at six." in guest.get(path).text


@pytest.mark.parametrize(
    "cookie",
    [
        'theme="dark"',
        "theme=light; theme=dark",
        'theme="\\144ark"',
        "\xa0theme=dark",
        "theme=\tdark",
        "x;theme =dark",
    ],
)
def test_a_cookie_that_the_forum_reads_otherwise_than_nginx_changes_nobody_elses_page(
    visit, path, cookie
):
    odd, guest, light = visit(), visit(), visit()
    odd.cookie, light.cookie = cookie, "theme=light"

    for _ in range(12):
        odd.get(path)
        assert 'data-theme="' not in guest.get(path).text
        assert 'data-theme="light"' in light.get(path).text
    assert is_kept(guest, path)
    assert is_kept(light, path)


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br;q=0, gzip ; q=0.00", "*;q=0", "identity"])
def test_who_takes_no_compression_gets_none_from_what_is_kept(visit, path, accepted):
    guest, other = visit(), visit()
    assert is_kept(guest, path, Accept_Encoding="gzip, br")

    assert not other.get(path, Accept_Encoding=accepted).headers["Content-Encoding"]
