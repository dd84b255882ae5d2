"""What can't work is refused before anybody comes, with what to do."""

import pytest

from forum import checks
from realtime import checks as live_checks
from tests.support.deployment import PRODUCTION
from tests.test_settings import start

pytestmark = [pytest.mark.servers, pytest.mark.once]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"WEB_CONCURRENCY": "2"}, ["realtime.E002", "Set REDIS_URL"]),
        (
            {"DATABASE_URL": "postgres://db/parley?conn_max_age=600"},
            ["forum.E001", "Remove conn_max_age"],
        ),
        (
            {"ALLOWED_HOSTS": "other.example.org"},
            ["forum.E002", "Add 'forum.example.org' to ALLOWED_HOSTS"],
        ),
        (
            {"EDIT_WINDOW_MINUTES": "999999999"},
            ["forum.E003", "Set EDIT_WINDOW_MINUTES to minutes"],
        ),
        ({"EDIT_GRACE_MINUTES": "-1"}, ["forum.E003", "Set EDIT_GRACE_MINUTES to minutes"]),
        ({"SITE_URL": "forum.example.org"}, ["SITE_URL", "https://"]),
        (
            {"SITE_URL": "https://example.org/forum"},
            ["SITE_URL", "from a subdirectory"],
        ),
        (
            {"SITE_URL": "https://example.org/?a=b"},
            ["SITE_URL", "from a subdirectory"],
        ),
        ({"SITE_URL": "https://ada@example.org"}, ["SITE_URL", "only a scheme, a host"]),
        ({"SITE_URL": "https://example.org:99999"}, ["SITE_URL", "not a valid URL"]),
        ({"SITE_URL": "https://förum..example"}, ["SITE_URL", "host is not valid"]),
        ({"SITE_URL": "ftp://example.org"}, ["SITE_URL", "https:// or http://"]),
    ],
)
def test_settings_that_can_not_work_are_refused_with_what_to_do(settings, words):
    result = start(["manage.py", "check"], **PRODUCTION | settings)

    assert result.returncode != 0
    assert all(word in result.stderr for word in words), result.stderr


def test_several_processes_on_redis_are_fine(settings):
    settings.PROCESSES = 4
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}
    }
    assert live_checks.processes_share_a_layer(None) == []


def test_the_layer_that_drops_sockets_is_refused(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}
    (error,) = live_checks.layer_is_reliable(None)

    assert "REDIS_URL" in error.hint


def test_subdomains_may_be_allowed_as_a_whole(settings):
    settings.DEBUG, settings.SITE_URL, settings.ALLOWED_HOSTS = (
        False,
        "https://forum.example.org",
        [".example.org"],
    )
    assert checks.check_site_url_is_allowed(None) == []
