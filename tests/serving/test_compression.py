"""A page whose shared part was compressed before is the page."""

import gzip
import zlib

import pytest

from forum.serving.compression import CompressionMiddleware

from .visitors import Visitor


@pytest.mark.parametrize("ending", ["", "after it", "after it" * 5000])
@pytest.mark.parametrize("beginning", ["", "before it", "before it, ü" * 5000])
def test_it_is_put_together_right(beginning, ending):
    shared = "what all share, ✓ " * 3000
    page = (beginning + shared + ending).encode()
    middleware = CompressionMiddleware(lambda request: None)

    for _ in range(2):
        assert gzip.decompress(middleware.gzipped(page, ("key", "a"), shared)) == page
        assert gzip.decompress(middleware.gzipped(page)) == page
        assert gzip.decompress(middleware.gzipped(page, ("key", "b"), "not there")) == page


def test_readers_get_their_own_page_around_what_they_share(signed_in, ada, grace, topic):
    texts = []
    for reader in (ada, grace):
        answer = signed_in(reader).get(
            topic.get_absolute_url(), headers={"Accept-Encoding": "gzip"}
        )
        assert answer.headers["Content-Encoding"] == "gzip"
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        texts.append(gzip.decompress(answer.content).decode())

    assert f'data-user="{ada.pk}"' in texts[0]
    assert f'data-user="{grace.pk}"' in texts[1]
    assert all("I wonder." in text for text in texts)


def test_guests_pages_that_are_kept_take_brotli_and_others_gzip(guests, ada, topic):
    browsers = {"accept_encoding": "gzip, deflate, br, zstd"}
    guest, member = Visitor(guests, **browsers), Visitor(guests, ada, **browsers)
    kept, other, own = (
        visitor.gets(address)
        for visitor, address in (
            (guest, topic.get_absolute_url()),
            (guest, ada.get_absolute_url()),
            (member, topic.get_absolute_url()),
        )
    )

    encodings = [page.headers["content-encoding"] for page in (kept, other, own)]
    assert encodings == ["br", "gzip", "gzip"]
    assert int(kept.headers["content-length"]) == len(kept.body)
    assert all("I wonder." in page.text for page in (kept, other, own))


def test_the_size_does_not_tell_what_is_secret(signed_in, ada, topic):
    client = signed_in(ada)
    sizes = {
        len(client.get(topic.get_absolute_url(), headers={"Accept-Encoding": "gzip"}).content)
        for _ in range(20)
    }

    assert len(sizes) > 5


def test_a_change_is_not_hidden_behind_what_was_kept(client, ada, topic):
    for text in ("One more.", "And another."):
        topic.reply(ada, text)
        answer = client.get(topic.get_absolute_url(), headers={"Accept-Encoding": "gzip"})
        assert text in zlib.decompress(answer.content, 31).decode()
