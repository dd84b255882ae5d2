"""What can't work is refused before anybody comes, with what to do."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from forum import checks
from realtime import checks as live_checks
from tests.support.deployment import PRODUCTION
from tests.test_settings import settings_with, start

pytestmark = pytest.mark.once


@pytest.mark.servers
def test_settings_that_can_not_work_are_refused_with_what_to_do():
    wrong = {
        "WEB_CONCURRENCY": "2",
        "DATABASE_URL": "postgres://db/parley?conn_max_age=600",
        "ALLOWED_HOSTS": "other.example.org",
        "EDIT_WINDOW_MINUTES": "999999999",
        "EDIT_GRACE_MINUTES": "-1",
        "NOTIFICATION_MAIL_DELAY_MINUTES": "-1",
        "REPLY_ADDRESS": "forum@example.org",
        "OWN_TOPICS_LEVEL": "loud",
        "VAPID_PRIVATE_KEY": "c2hvcnQ",
        "UPLOADS_BUCKET": "parley",
        "UPLOADS_ACCEL": "/stored-uploads/",
    }
    result = start(["manage.py", "check"], **PRODUCTION | wrong)

    assert result.returncode != 0
    for identifier, advice in [
        ("realtime.E002", "Set REDIS_URL"),
        ("forum.E001", "Remove conn_max_age"),
        ("forum.E002", "Add 'forum.example.org' to ALLOWED_HOSTS"),
        ("forum.E003", "Set EDIT_WINDOW_MINUTES to minutes"),
        ("forum.E003", "Set EDIT_GRACE_MINUTES to minutes"),
        ("forum.E003", "Set NOTIFICATION_MAIL_DELAY_MINUTES to minutes"),
        ("forum.E005", "Set OWN_TOPICS_LEVEL to one of muted"),
        ("forum.E007", "Remove UPLOADS_ACCEL"),
        ("forum.E006", "Make one with `manage.py vapid_keys`"),
        ("forum.E004", "Set REPLY_ADDRESS to something like forum+{}@example.org"),
    ]:
        said = rf"\({re.escape(identifier)}\)[^?]*{re.escape(advice)}"  # "?" begins the next one
        assert re.search(said, result.stderr), advice


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("forum.example.org", "https://"),
        ("https://example.org/forum", "from a subdirectory"),
        ("https://example.org/?a=b", "from a subdirectory"),
        ("https://ada@example.org", "only a scheme, a host"),
        ("https://example.org:99999", "not a valid URL"),
        ("https://förum..example", "host is not valid"),
        ("ftp://example.org", "https:// or http://"),
    ],
)
def test_an_address_that_can_not_work_is_refused_with_what_to_do(address, words):
    with pytest.raises(ImproperlyConfigured) as refusal:
        settings_with([], **PRODUCTION | {"SITE_URL": address})

    assert "SITE_URL" in str(refusal.value)
    assert words in str(refusal.value)


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
