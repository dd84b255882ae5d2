from html import unescape

import pytest

from forum.markdown import render
from tests.markdown.allowed import elements

FOREIGN = "nofollow ugc noopener"


@pytest.fixture(autouse=True)
def own_site(settings):
    settings.SITE_URL = "https://forum.example"


def only_link(source):
    (link,) = elements(render(source), "a")
    return link


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.org/",
        "http://forum.example.evil.org/",
        "https://evil.org/https://forum.example/",
        "mailto:a@b.c",
        "https://forum.example@evil.org/",
        "https://evil.org#forum.example",
        "https://forum.example:8443/",
    ],
)
def test_links_that_lead_away_say_so(address):
    assert only_link(f"[a](<{address}>)")["rel"] == FOREIGN


@pytest.mark.parametrize(
    "address", ["/t/1/", "#post-3", "https://forum.example/t/1/", "HTTPS://Forum.Example/t/1/"]
)
def test_links_within_the_site_do_not(address):
    assert "rel" not in only_link(f"[a](<{address}>)")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "&#x1;javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.org",
        "/\\evil.org",
        "ftp://a.b",
        "blob:x",
        "about:blank",
        "javascript&colon;x",
        "x-javascript:y",
        "feed:javascript:x",
        "https:evil.org",
        "jar:x",
        "example.org",
    ],
)
def test_other_addresses_are_not_linked_but_shown(address):
    html = render(f"[a]({address})")

    assert not elements(html, "a") or elements(html, "a")[0]["href"].startswith("/%5C")
    assert "a" in html


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "https://example.org/a_b_c?d=e&f#g",
        "http://127.0.0.1:8000/x",
        "HTTP://EXAMPLE.ORG/",
        "https://en.wikipedia.org/wiki/Ada_(name)",
    ],
)
def test_bare_addresses_become_links(address):
    assert only_link(f"see {address} there")["href"] == address


@pytest.mark.parametrize(
    "text", ["{}.", "{},", "({})", "**{}**", '"{}"', "{}?", "_{}_", "[{}]", "{}:", "<{}>", "~~{}~~"]
)
def test_the_punctuation_of_the_sentence_is_not_part_of_an_address(text):
    assert only_link(text.format("http://example.org/a"))["href"] == "http://example.org/a"


@pytest.mark.parametrize(
    "text",
    [
        "{}。",
        "{}，谢谢",
        "请看{}。",
        "「{}」です",
        "『{}』",
        "（{}）更多",
        "“{}”",
        "„{}“",
        "«{}»",
        "{}…",
        "{}……好",
        "{}⋯⋯",
        "{}‥",
        "{}．",
        "{}〜",
        "{}؟",
        "{}،",
        "{}।",
        "〔{}〕",
        "{}！",
        "{}”。",
        "{}’",
        "{}&hl;",
        "{}&copy;.",
        "{}&a;&b;",
        "看{}、",
    ],
)
def test_an_address_ends_where_a_sentence_in_any_script_does(text):
    assert only_link(text.format("http://example.org/a"))["href"] == "http://example.org/a"
    assert only_link(text.format("http://example.org"))["href"] == "http://example.org"


@pytest.mark.parametrize(
    "address",
    [
        "https://zh.example/苹果（消歧义）",
        "https://ja.example/「a」b",
        "https://fr.example/L’Équipe",
        "https://example.org/a&b;c",
        "https://example.org/?a=1&b=2",
    ],
)
def test_signs_inside_an_address_belong_to_it(address):
    assert f">{address.replace('&', '&amp;')}</a>" in render(f"见{address}")


@pytest.mark.parametrize("before", ["请看", "こちら", "여기", "ดู"])
@pytest.mark.parametrize(
    "address", ["https://example.org/a", "www.example.org/a", "mailto:ada@example.org"]
)
def test_no_blank_is_needed_before_an_address_in_scripts_without(before, address):
    assert only_link(before + address)["href"].endswith(address)


def test_words_behind_a_host_without_a_blank_are_not_part_of_it():
    assert only_link("见https://example.org谢谢。")["href"] == "https://example.org"
    assert only_link("见https://東京.example.jp谢谢/a")["href"] == "https://xn--1lqs71d.example.jp"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://x🍄.ga/", "xn--x-jq2s.ga"),
        ("http://BÜCHER.de/", "xn--bcher-kva.de"),
        ("http://straße.de/", "xn--strae-oqa.de"),
        ("http://सीता.example/", "xn--h2b3btg.example"),
        ("http://[2001:db8::1]:8000/", "[2001:db8::1]:8000"),
        ("http://a_b.example/", "a_b.example"),
    ],
)
def test_a_link_leads_to_the_host_that_is_written(address, host):
    assert only_link(address)["href"] == only_link(f"[a]({address})")["href"] == f"http://{host}/"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org:99999/x",
        "http://example.org:123456/",
        "https://e.org\\a",
        "http://exa%6dple.org/",
        "http://1.2.3.4.5/",
        "http://999.1.1.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://[::zz]/",
        "http://[::1/",
        "http://xn--a.org/",
        "http://a.b:80:90/",
    ],
)
@pytest.mark.parametrize("text", ["{}", "<{}>", "[a]({})", "![a]({})", "[a]: {}\n\n[a]"])
def test_an_address_that_browsers_do_not_read_as_written_stays_text(address, text):
    html = render(text.format(address))

    assert not elements(html, "a")
    assert address in unescape(html)


@pytest.mark.parametrize(
    "address", ["http://x\u2122.ga/", "http://a._b/", "http://a.b:80x/", "http://a.-b/"]
)
def test_a_bare_address_is_not_cut_off_inside_its_host(address):
    assert not elements(render(address), "a")


def test_a_host_with_what_cannot_be_seen_is_no_link():
    assert not elements(render("http://exa\u00admple.org/"), "a")
    assert not elements(render("http://exa\u200bmple.org/"), "a")


@pytest.mark.parametrize("source", ["a ~~~b~~~", "a ~~~~b~~~~", "a ~b~", "a ~~~b~~"])
def test_only_two_tildes_strike(source):
    assert "<s>" not in render(source)
    assert source in render(source)


def test_www_is_enough_to_be_a_link():
    assert only_link("see www.example.org/a.")["href"] == "http://www.example.org/a"


def test_mail_addresses_are_linked_only_when_asked_for():
    assert only_link("mailto:ada@example.org.")["href"] == "mailto:ada@example.org"
    assert not elements(render("ada@example.org"), "a")


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "http://",
        "http:// a",
        "xhttp://a.b",
        "www.",
        "www.a",
        "wwww.a.b",
        "a.www.b.c",
        "http:a.b",
        "`http://a.b`",
        "http\\://a.b",
        "http://user:secret@a.b",
        "https://forum.example@evil.org",
        "javascript://a.b",
        "mailto:",
        "mailto:@a.b",
    ],
)
def test_what_only_looks_like_an_address_stays_text(text):
    assert not elements(render(text), "a")


def test_an_address_in_the_text_of_a_link_is_not_a_second_link():
    assert only_link("[http://a.b and www.c.d](/e)") == {"href": "/e"}


def test_letters_of_other_scripts_are_kept_in_addresses():
    assert only_link("https://пример.example/é")["href"] == "https://xn--e1afmkfd.example/%C3%A9"
    assert ">https://пример.example/é</a>" in render("https://пример.example/é")


@pytest.mark.parametrize("source", ["[a]()", "![a]()", "[![a]()]()"])
def test_a_link_to_nowhere_is_its_text(source):
    assert render(source) == '<p dir="auto">a</p>\n'


def test_a_picture_is_a_link_to_it_and_is_not_loaded():
    html = render('![a *cat*](https://example.org/cat.png "Tom")')

    assert "<img" not in html
    assert ">a cat</a>" in html
    assert only_link("![a](https://example.org/cat.png)") == {
        "href": "https://example.org/cat.png",
        "rel": FOREIGN,
    }


def test_a_picture_without_words_shows_its_address():
    assert ">https://example.org/cat.png</a>" in render("![](https://example.org/cat.png)")


def test_a_picture_inside_a_link_is_its_text():
    assert render("[![cat](/cat.png)](/t/1/)") == '<p dir="auto"><a href="/t/1/">cat</a></p>\n'


def test_a_picture_from_a_forbidden_address_is_text():
    assert not elements(render("![a](javascript:alert(1))"), "a")


@pytest.mark.parametrize("text", ["", " ", "\u200b", "&#8203;", "**\u200b**", "\u3164", "\n"])
def test_a_link_with_nothing_to_see_shows_where_it_leads(text):
    assert "http://e.org/a</a>" in render(f"[{text}](http://e.org/a)")
