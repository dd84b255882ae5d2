"""How the forum starts with what stands in the environment."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port, validate_host

from forum.site_url import ascii_host, site_url
from tests.support.deployment import PRODUCTION

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
OURS = (
    "DEBUG",
    "SECRET_KEY",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "DJANGO_SETTINGS_MODULE",
)


def only(environment):
    """What a process has in its environment: this, and nothing of ours beside it."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | environment


def start(command, **environment):
    """The result of a command with this environment."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=only(environment),
        capture_output=True,
        text=True,
        check=False,
    )


def settings_with(names, root=ROOT, **environment):
    """The values of settings in this environment; the module runs anew, without a process."""
    with patch.dict(os.environ, only(environment), clear=True):
        settings = runpy.run_path(str(root / "forum/settings.py"))
    return [settings[name] for name in names]


@pytest.mark.parametrize(
    "secret", [None, "", "short", "development-only-secret-that-no-real-site-may-use"]
)
def test_without_debug_a_secret_of_its_own_is_needed(secret):
    with pytest.raises(ImproperlyConfigured) as refusal:
        settings_with([], DEBUG="0", **({} if secret is None else {"SECRET_KEY": secret}))

    assert "needs a SECRET_KEY of its own" in str(refusal.value)
    assert "token_urlsafe" in str(refusal.value)


@pytest.mark.servers
def test_a_setting_that_is_refused_is_told_by_every_command():
    result = start(["manage.py", "check"], DEBUG="0")

    assert result.returncode != 0
    assert "needs a SECRET_KEY of its own" in result.stderr


@pytest.mark.servers
def test_the_documented_production_settings_pass_the_deployment_check():
    result = start(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], **PRODUCTION)

    assert result.returncode == 0, result.stderr


def test_a_site_with_https_keeps_its_cookies_to_itself():
    names = [
        "DEBUG",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "CSRF_TRUSTED_ORIGINS",
    ]

    assert settings_with(names, **PRODUCTION) == [
        False,
        True,
        True,
        True,
        31_536_000,
        ["https://forum.example.org"],
    ]
    assert settings_with(names) == [True, False, False, False, 0, ["http://127.0.0.1:8000"]]


def test_a_database_keeps_what_its_address_says_about_encryption():
    url = "postgres://who:secret@db.example.org/parley?sslmode=verify-full"
    ((database,),) = [list(settings_with(["DATABASES"], DATABASE_URL=url)[0].values())]

    assert database["ENGINE"] == "forum.db.postgresql"
    assert database["OPTIONS"]["sslmode"] == "verify-full"


def test_what_the_address_of_a_database_says_outweighs_our_own():
    names = ["DATABASES"]
    database = settings_with(
        names, DATABASE_URL="postgres://db/parley?connect_timeout=9", DATABASE_POOL="3"
    )[0]

    assert database["default"]["OPTIONS"]["connect_timeout"] == 9
    assert database["default"]["OPTIONS"]["pool"]["max_size"] == 3


def test_redis_is_used_when_it_is_named():
    cache, layers = settings_with(
        ["CACHES", "CHANNEL_LAYERS"], REDIS_URL="redis://localhost:6390/1"
    )

    assert cache["default"]["LOCATION"] == "redis://localhost:6390/1"
    assert layers["default"]["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"


def test_a_file_beside_manage_py_is_read_and_the_environment_outweighs_it(tmp_path):
    """With a copy of the settings in an empty place, so that nobody's own file is touched."""
    (tmp_path / "forum").mkdir()
    (tmp_path / "forum/settings.py").write_text((ROOT / "forum/settings.py").read_text())
    (tmp_path / ".env").write_text(
        "SITE_URL=https://file.example.org\nALLOWED_HOSTS=a.example.org,b.example.org\n"
    )
    names = ["SITE_URL", "ALLOWED_HOSTS"]

    assert settings_with(names, root=tmp_path) == [
        "https://file.example.org",
        ["a.example.org", "b.example.org"],
    ]
    other = settings_with(names, root=tmp_path, SITE_URL="https://other.example.org")
    assert other[0] == "https://other.example.org"


@pytest.mark.parametrize(
    ("said", "url", "host"),
    [
        ("https://förum.example/", "https://xn--frum-5qa.example", "xn--frum-5qa.example"),
        ("https://straße.example", "https://xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("https://论坛.example:8443", "https://xn--kfsr23j.example:8443", "xn--kfsr23j.example"),
        ("https://Forum.Example.org:443", "https://forum.example.org", "forum.example.org"),
        ("http://[2001:DB8::1]:8000", "http://[2001:db8::1]:8000", "[2001:db8::1]"),
    ],
)
def test_the_address_is_written_as_browsers_send_it(said, url, host):
    assert site_url(said) == (url, host)
    assert validate_host(split_domain_port(urlsplit(url).netloc)[0], [host])


@pytest.mark.parametrize(
    "said",
    [
        *(
            "https://fo rum.example",
            "https://forum..example",
            "https://*.example.org",
            "https://*",
            "https://a,b",
        ),
        *(
            "https://forum.example\\x",
            "https://a\tb",
            "https://a%62.example",
            "https://forum.example:0",
        ),
        *("https://" + "a" * 64 + ".example", "https://[fe80::1%25eth0]"),
    ],
)
def test_an_address_that_no_browser_can_have_is_refused(said):
    with pytest.raises(ImproperlyConfigured):
        site_url(said)


@pytest.mark.parametrize(
    "said", ["https://x.example", "x.example:8000", "x.example/", "*.example.org", "a b", "."]
)
def test_an_allowed_host_that_would_let_nobody_in_is_refused(said):
    with pytest.raises(ImproperlyConfigured):
        ascii_host(said)


@pytest.mark.parametrize(
    ("said", "host"),
    [
        (" a.example", "a.example"),
        ("Forum.example.", "forum.example"),
        ("*", "*"),
        ("::1", "[::1]"),
    ],
)
def test_allowed_hosts_are_written_as_django_compares_them(said, host):
    assert ascii_host(said) == host


def test_hosts_in_other_letters_are_allowed_under_the_names_that_browsers_send():
    hosts = settings_with(
        ["ALLOWED_HOSTS"], **PRODUCTION | {"ALLOWED_HOSTS": ".förum.example,Other.example"}
    )[0]

    assert hosts == [".xn--frum-5qa.example", "other.example"]


@pytest.mark.servers
def test_under_tls_every_cookie_that_says_who_somebody_is_can_only_be_set_by_this_host():
    script = (
        "import django; django.setup(); from django.conf import settings;"
        "from forum.accounts import sign_in_limits; from forum.pages import flash_messages;"
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, sign_in_limits.COOKIE,"
        " flash_messages.CookieStorage.cookie_name, settings.SESSION_COOKIE_SECURE)"
    )

    under_tls = start(
        ["-c", script], DJANGO_SETTINGS_MODULE="forum.settings", **PRODUCTION
    ).stdout.split()
    plain = start(
        ["-c", script], DJANGO_SETTINGS_MODULE="forum.settings", SITE_URL="http://127.0.0.1:8000"
    )

    names = ["sessionid", "csrftoken", "known_device", "messages"]
    assert under_tls == [*(f"__Host-{name}" for name in names), "True"]
    assert plain.stdout.split() == [*names, "False"]
