"""Pictures of the forum's own in Markdown."""

import pytest

from forum import markdown
from forum.models.uploads import Picture
from tests.markdown.allowed import Reader

NAME, FILE = "0123456789abcdef" * 2, "f" * 32
READY = Picture(1600, 900, (640, 1280), True)


def rendered(text, picture=READY):
    html = markdown.render(text, pictures=lambda names: dict.fromkeys(names & {NAME}, picture))
    reader = Reader()
    reader.feed(html)
    assert not reader.forbidden
    return html


def test_a_picture_is_shown_at_its_size_in_a_link_to_the_large_one():
    html = rendered(f"![Me](/uploads/{NAME})")

    assert f'<a class="picture" href="/uploads/{NAME}"><img' in html
    for part in [
        f'src="/uploads/{NAME}/1280"',
        f'srcset="/uploads/{NAME}/640 640w, /uploads/{NAME}/1280 1280w, /uploads/{NAME} 1600w"',
        'sizes="',
        'alt="Me"',
        'width="1600"',
        'height="900"',
        'loading="lazy"',
        'decoding="async"',
    ]:
        assert part in html


def test_a_small_picture_has_one_source():
    html = rendered(f"![Me](/uploads/{NAME})", Picture(60, 40, (), True))

    assert f'src="/uploads/{NAME}"' in html
    assert "srcset" not in html


def test_a_picture_that_waits_has_its_size_and_no_link():
    html = rendered(f"![Me](/uploads/{NAME})", READY._replace(is_ready=False))

    assert f'src="/uploads/{NAME}/waiting"' in html
    assert 'width="1600" height="900"' in html
    assert "<a" not in html


def test_a_picture_in_a_link_stays_in_it():
    html = rendered(f"[![Me](/uploads/{NAME})](/t/1/)")

    assert html.count("<a") == 1
    assert 'href="/t/1/"' in html


def test_the_full_address_is_as_good(settings):
    assert "<img" in rendered(f"![Me]({settings.SITE_URL}/uploads/{NAME})")


@pytest.mark.parametrize(
    "address",
    [
        f"https://evil.example/uploads/{NAME}",
        f"//evil.example/uploads/{NAME}",
        f"/uploads/{NAME}/640",
        f"/uploads/{NAME.upper()}",
        f"/uploads/{FILE}",
    ],
)
def test_any_other_picture_is_a_link_or_text(address):
    assert "<img" not in rendered(f"![Me]({address})")


def test_a_description_can_hold_anything_and_stays_words():
    html = rendered(f'![\\<b> "q" & `x` > y](/uploads/{NAME} "\\"><script>")')

    assert "<script" not in html
    assert "<b>" not in markdown.with_words(html)
    assert markdown.plain_text(html).strip() == '<b> "q" & x > y'


def test_a_picture_without_a_description_has_a_name_for_screen_readers():
    assert "aria-label=" in rendered(f"![](/uploads/{NAME})")


def test_an_excerpt_has_the_description():
    assert markdown.excerpt(rendered(f"Look: ![my cat](/uploads/{NAME})")) == "Look: my cat"


def test_no_more_are_looked_up_than_a_text_may_have():
    asked = []
    text = "\n\n".join(f"![a](/uploads/{number:032x})" for number in range(300))

    markdown.render(text, pictures=lambda names: asked.append(names) or {})

    assert [len(names) for names in asked] == [100]
