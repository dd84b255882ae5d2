"""The connection panel reports what is wrong, to staff only."""

import pytest
from django.test import Client

from forum.asgi import application
from forum.cache import circuit_breaker
from realtime.diagnostics import missing_upgrade, stream_probe
from tests.serving.visitors import Visitor

pytestmark = pytest.mark.django_db
NOWHERE = "redis://127.0.0.1:1/0"
LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [NOWHERE]},
    }
}


@pytest.fixture
def site(settings):
    settings.SITE_URL, settings.HTTPS = "http://testserver", False
    settings.ALLOWED_HOSTS = ["testserver", "elsewhere"]
    settings.TRUSTED_PROXIES = 0
    return settings


@pytest.fixture
def asked(site, signed_in, olive, monkeypatch):
    """A function: {name: (state, message)} of the panel's findings, for these request headers."""
    monkeypatch.setattr(missing_upgrade, "last", float("-inf"))

    def asked(**headers):
        answer = signed_in(olive).get("/live/check", headers=headers).json()
        return {check["name"]: (check["state"], check["message"]) for check in answer["checks"]}

    return asked


def test_the_panel_is_a_404_for_others(client, signed_in, ada, olive):
    for address in ("/live/", "/live/check"):
        assert client.get(address).status_code == 404
        assert signed_in(ada).get(address).status_code == 404
        assert signed_in(olive).get(address).status_code == 200
        client.logout()


def test_the_panel_works_without_scripts(site, signed_in, olive):
    page = signed_in(olive).get("/live/", headers={"host": "elsewhere"}).content.decode()

    assert "SITE_URL says testserver" in page
    assert "Connection" in signed_in(olive).get("/").content.decode()


def test_a_correct_site_has_only_ok_findings(asked):
    assert {state for state, _words in asked().values()} == {"ok"}


@pytest.mark.parametrize(
    ("settings_", "headers", "name", "words"),
    [
        ({}, {"host": "elsewhere"}, "Address", "SITE_URL says testserver"),
        (
            {"ALLOWED_HOSTS": ["elsewhere"]},
            {"host": "elsewhere"},
            "Address",
            "ALLOWED_HOSTS lacks testserver",
        ),
        ({}, {"X-Forwarded-Proto": "https"}, "Encryption", "start with https"),
        ({"HTTPS": True}, {}, "Encryption", "X-Forwarded-Proto: https"),
        ({}, {"X-Forwarded-For": "192.0.2.1"}, "Proxies", "TRUSTED_PROXIES=1"),
        ({"TRUSTED_PROXIES": 2}, {"X-Forwarded-For": "192.0.2.1"}, "Proxies", "lists 1 addresses"),
        (
            {"TRUSTED_PROXIES": 1},
            {"X-Forwarded-For": "192.0.2.1, unix:"},
            "Proxies",
            "names no address (unix:)",
        ),
        ({"REDIS_URL": NOWHERE, "CHANNEL_LAYERS": LAYERS}, {}, "Redis", "No answer"),
    ],
)
def test_a_wrong_setting_is_reported_with_a_message(settings_, headers, name, words, asked, site):
    for key, value in settings_.items():
        setattr(site, key, value)

    state, message = asked(**headers)[name]

    assert state == "warn"
    assert words in message
    circuit_breaker.redis.record_success()


def test_a_stripped_upgrade_is_reported(asked):
    answer = Client().get("/ws/", headers={"Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"})

    assert answer.status_code == 426
    assert "Upgrade" in answer.content.decode()
    assert asked()["Sockets"][0] == "warn"


@pytest.mark.django_db(transaction=True)
def test_the_probe_streams_letters_to_staff_and_is_a_404_for_others(olive, ada, monkeypatch):
    monkeypatch.setattr(stream_probe, "PAUSE", 0)

    answers = {user: Visitor(application, user).gets("/live/probe") for user in (olive, ada, None)}

    assert [answers[user].status for user in (olive, ada, None)] == [200, 404, 404]
    assert answers[olive].body == b"live?"
    assert "content-length" not in answers[olive].headers
