"""nginx keeps guests' pages for the rest of a second, and nobody else's."""

import gzip
import re

from tests.deploy.site import until


def is_kept(nginx, guest, path, **headers):
    """Asks until nginx answers by itself; a second may end between two questions, so not each time."""

    def hit():
        guest.get(path, **headers)
        return last(nginx, path) == "HIT"

    return until(hit)


def last(nginx, path):
    found = until(lambda: [kept for address, _status, kept in nginx.requests() if address == path])
    return found[-1]


def test_guests_share_a_page_whatever_other_cookies_they_have(nginx, site, visit, topic):
    path = topic.get_absolute_url()
    guest, other = visit(), visit()
    other.cookies["csrftoken"] = "x" * 32

    def shared():
        guest.get(path)
        other.get(path)
        return last(nginx, path) == "HIT"

    assert until(shared)


def test_a_members_page_is_their_own_and_never_kept(nginx, site, visit, topic, ada):
    path = topic.get_absolute_url()
    guest, member = visit(), visit(ada)

    assert is_kept(nginx, guest, path)
    assert "Ada Lovelace" in (page := member.get(path)).text or "/u/ada/" in page.text
    assert last(nginx, path) == "BYPASS"
    assert member.get(path).headers["Cache-Control"].startswith("private")
    assert 'class="member' not in guest.get(path).text


def test_a_new_post_is_on_the_page_when_the_second_has_ended(nginx, site, visit, topic, ada):
    path = topic.get_absolute_url()
    guest = visit()
    assert is_kept(nginx, guest, path)

    topic.reply(ada, "News for guests.")

    assert until(lambda: "News for guests." in guest.get(path).text)


def test_compressed_and_plain_pages_and_themes_are_kept_apart(nginx, site, visit, topic):
    path = topic.get_absolute_url()
    guest, dark = visit(), visit()
    dark.cookies["theme"] = "dark"
    for visitor, theme in ((guest, ""), (dark, "dark")):
        for accepted in ("gzip, br", "identity"):
            assert is_kept(nginx, visitor, path, Accept_Encoding=accepted)

            page = visitor.get(path, Accept_Encoding=accepted)
            text = (gzip.decompress(page.body) if accepted != "identity" else page.body).decode()
            assert (page.headers["Content-Encoding"] == "gzip") == (accepted != "identity")
            assert ('data-theme="dark"' in text) == bool(theme)


def test_a_browser_that_has_the_page_hears_so(nginx, site, visit, topic):
    path = topic.get_absolute_url()
    guest = visit()
    assert is_kept(nginx, guest, path)
    etag = guest.get(path).headers["ETag"]

    again = guest.get(path, If_None_Match=etag)

    assert again.status == 304
    assert not again.body


def test_forms_errors_and_redirects_are_not_kept(nginx, site, visit, topic):
    guest = visit()
    for path in ("/accounts/login/", "/t/987654321/", f"/t/{topic.pk}/last/"):
        for _ in range(3):
            guest.get(path)
        assert {kept for address, _status, kept in nginx.requests() if address == path} == {"MISS"}


def test_two_addresses_never_share_a_page(nginx, site, visit, topic):
    """A question mark in the path is not the one before the query."""
    guest = visit()
    path = topic.get_absolute_url()
    assert guest.get(f"{path}%3Fpage=1").status == 404
    assert guest.get(f"{path}?page=1").status == 200
    assert re.search("data-change", guest.get(f"{path}?page=1").text)
