"""Only pages of this site, by scheme, host and port, may open a socket."""

import pytest

from realtime.access.origins import is_own

pytestmark = pytest.mark.once


def scope(origin, host="forum.example.org", scheme="ws", **headers):
    headers = {"host": host, **headers}
    named = [
        (name.replace("_", "-").encode(), value.encode("latin1")) for name, value in headers.items()
    ]
    origins = [origin] if isinstance(origin, str) else origin
    return {
        "scheme": scheme,
        "headers": [*named, *((b"origin", one.encode("latin1")) for one in origins)],
    }


@pytest.fixture
def site(settings):
    settings.SITE_URL, settings.TRUSTED_PROXIES = "http://forum.example.org", 0
    settings.ALLOWED_HOSTS = [
        "forum.example.org",
        "other.example.org",
        ".sub.example.org",
        "[2001:db8::1]",
        "127.0.0.1",
    ]
    return settings


@pytest.mark.parametrize(
    "origin",
    [
        "http://forum.example.org",
        "http://forum.example.org:80",
        "HTTP://Forum.Example.ORG",
        "http://forum.example.org.",
        "http://other.example.org",
        "http://a.sub.example.org",
    ],
)
def test_pages_of_the_site_may_open_a_socket(site, origin):
    assert is_own(scope(origin))


@pytest.mark.parametrize(
    "origin",
    [
        "https://forum.example.org",
        "http://forum.example.org:8080",
        "http://forum.example.org:443",
        "https://forum.example.org:80",
        "http://forum.example.org.evil.example",
        "http://evil.example",
        "http://example.org",
        "http://forum.example.org@evil.example",
        "http://evil.example#forum.example.org",
        "http://forum.example.org/",
        "http://forum.example.org:",
        "http://forum.example.org:99999999999999999999",
        "http://forum.example.org:８０".encode().decode("latin1"),
        "ws://forum.example.org",
        "file://",
        "forum.example.org",
        "//forum.example.org",
        "null",
        "",
        " ",
        "x" * 10_000,
        [],
        ["http://forum.example.org", "http://forum.example.org"],
    ],
)
def test_others_may_not(site, origin):
    assert not is_own(scope(origin))


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("forum.example.org:8443", "http://forum.example.org:8443", True),
        ("forum.example.org:8443", "http://other.example.org:8443", True),
        ("forum.example.org:8443", "http://other.example.org", False),
        ("other.example.org:8443", "http://forum.example.org", True),  # SITE_URL
        ("evil.example", "http://evil.example", False),
        ("evil.example", "http://other.example.org", False),
        ("[2001:db8::1]:8000", "http://[2001:db8::1]:8000", True),
        ("[2001:db8::1]:8000", "http://[2001:db8::1]", False),
        ("[2001:db8::2]:8000", "http://[2001:db8::2]:8000", False),
        ("127.0.0.1:8000", "http://127.0.0.1:9000", False),
        ("", "http://", False),
    ],
)
def test_the_port_must_be_that_of_the_handshake(site, host, origin, own):
    assert is_own(scope(origin, host)) is own


@pytest.mark.parametrize(
    ("proxies", "scheme", "forwarded", "origin", "own"),
    [
        (0, "wss", None, "https://other.example.org", True),
        (0, "wss", None, "http://other.example.org", False),
        (
            0,
            "ws",
            "https",
            "https://other.example.org",
            False,
        ),  # without trusted proxies the header is ignored
        (1, "ws", "https", "https://other.example.org", True),
        (1, "ws", "https", "http://other.example.org", False),
        (1, "ws", "https, HTTPS", "https://other.example.org", True),
        (1, "ws", "https, http", "https://other.example.org", False),
        (1, "ws", "nonsense", "http://other.example.org", True),
        (1, "ws", None, "http://other.example.org", True),
    ],
)
def test_the_scheme_is_given_by_trusted_proxies(site, proxies, scheme, forwarded, origin, own):
    site.TRUSTED_PROXIES = proxies
    headers = {"x_forwarded_proto": forwarded} if forwarded else {}
    assert is_own(scope(origin, scheme=scheme, **headers)) is own


def test_the_origin_of_site_url_is_allowed_whatever_host_the_proxy_sends(site):
    site.SITE_URL = "https://forum.example.org:8443"
    assert is_own(scope("https://forum.example.org:8443", "127.0.0.1:8000"))
    assert not is_own(scope("https://forum.example.org", "127.0.0.1:8000"))


def test_with_any_host_allowed_only_pages_of_the_same_host_may_connect(site):
    site.ALLOWED_HOSTS = ["*"]
    assert is_own(scope("http://any.example", "any.example"))
    assert not is_own(scope("http://evil.example", "any.example"))


def test_in_development_localhost_is_an_own_origin(site):
    site.ALLOWED_HOSTS, site.DEBUG = [], True
    assert is_own(scope("http://localhost:8000", "localhost:8000"))
    assert is_own(scope("http://[::1]:8000", "[::1]:8000"))
    assert not is_own(scope("http://evil.example:8000", "evil.example:8000"))
    assert not is_own(scope("http://localhost:3000", "localhost:8000"))
