"""nginx tells guests' pages apart by what the forum tells them apart by;
forum/serving/page_cache_keys.py lists it.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

from forum.pages.context_processors import THEMES
from forum.serving import page_cache_keys
from forum.serving.encodings import accepted

CONF = (Path(settings.BASE_DIR) / "deploy" / "nginx.conf").read_text()


def map_to(variable):
    """The [(pattern, value)] of the map that sets this variable; "~…" and "~*…" are regular
    expressions.
    """
    lines = re.search(rf"^map [^\n]*\${variable} {{.*?\n(.*?)^}}", CONF, re.MULTILINE | re.DOTALL)[
        1
    ]
    return [
        tuple(
            part.strip('"')
            for part in re.match(r'\s*("[^"]*"|\S+)\s+("[^"]*"|\S+);', line).groups()
        )
        for line in lines.splitlines()
    ]


def mapped(variable, value):
    """What nginx makes of a value: the first regular expression that fits, else the default."""
    pairs = map_to(variable)
    for pattern, result in pairs:
        if pattern.startswith("~"):
            flags = re.IGNORECASE if pattern.startswith("~*") else 0
            if re.search(pattern.lstrip("~*"), value, flags):
                return result
        elif pattern == value != "default":
            return result
    return dict(pairs)["default"]


def test_every_cookie_that_makes_a_page_another_one_is_known_to_nginx():
    names = {name.removeprefix("__Host-") for name in page_cache_keys.PERSONAL}

    for name in (*page_cache_keys.PERSONAL, *(f"__Host-{name}" for name in names), "dismissed"):
        for cookie in (f"{name}=1", f"a=b; {name}=1", f"a=b;{name} =1"):
            assert mapped("is_personal", cookie) == "1", cookie
    # another one needs a map, or to count as personal
    assert set(page_cache_keys.CHOICES) == {"theme", "dismissed"}
    for cookie in ("", "a=b", "xsessionid=1", "csrftoken=a", "theme=dark"):
        assert mapped("is_personal", cookie) == "", cookie


def test_the_parts_of_a_key_are_those_that_nginx_has():
    key = re.search(r'proxy_cache_key "(.*)";', CONF)[1]

    assert set(page_cache_keys.Key._fields) == {
        "path",
        "query",
        "is_secure",
        "encoding",
        "theme",
        "dismissed",
    }
    # `dismissed` is kept by the forum alone
    assert key == "$scheme://$host$request_uri $compression $theme"


def test_nginx_knows_every_theme():
    assert {value for _pattern, value in map_to("theme")} == {"", *THEMES}
    for theme in THEMES:
        assert mapped("theme", f"a=b; theme={theme}") == theme
        assert mapped("is_of_another_theme", f"{theme}>{theme}") == ""
        assert mapped("is_of_another_theme", f">{theme}") == "1"
    assert mapped("theme", "theme=pink") == mapped("theme", "xtheme=dark") == ""


@pytest.mark.parametrize(
    "header",
    [
        "",
        "gzip",
        "GZIP",
        "gzip, br",
        "br,gzip;q=0.5",
        "gzip;q=0",
        "gzip; q=0.000 , br",
        "identity",
        "xgzip",
        "gzip;q=1.0",
        "br ;q=0.0, gzip",
        "brotli, gzip",
        "zstd, BR",
    ],
)
def test_nginx_and_the_forum_read_accept_encoding_alike(header):
    forwarded = mapped("brotli", header) + mapped("gzipped", header)

    assert mapped("compression", "") == "$brotli$gzipped"
    assert accepted(forwarded) == accepted(header)
