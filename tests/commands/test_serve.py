"""What `manage.py serve` refuses; tests/deploy has what it does."""

from contextlib import closing

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from forum.management.commands.serve import check_client_addresses
from forum.observability import health
from forum.serving.sockets import bound

pytestmark = pytest.mark.servers


@pytest.fixture
def real_site(settings, tmp_path, db, monkeypatch):
    """Settings of a real site, without its static files."""
    settings.ALLOWED_HOSTS, settings.PROCESSES = ["127.0.0.1"], 1
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    monkeypatch.setattr(health, "_migrated", False)
    settings.DEBUG = False
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "forum.serving.static_storage.Storage"},
    }


def refusal(*arguments):
    with pytest.raises(CommandError) as refused:
        call_command("serve", *arguments)
    return str(refused.value)


def test_it_does_not_serve_a_site_in_development(settings, db):
    settings.DEBUG = True

    assert "DEBUG=0" in refusal()


def test_it_does_not_serve_without_static_files_and_says_what_brings_them(real_site):
    assert "manage.py collectstatic" in refusal()


def test_it_does_not_serve_an_older_database_and_says_what_brings_it_up(real_site):
    newest = MigrationRecorder(connection).migration_qs.filter(app="forum").latest("name")
    newest.delete()

    assert "manage.py migrate" in refusal()


def test_it_asks_the_system_checks(real_site, settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}

    assert "RedisPubSubChannelLayer" in refusal()


def test_it_does_not_serve_with_processes_that_can_not_hear_each_other(real_site, settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

    assert "REDIS_URL" in refusal("--processes", "2")


def test_no_process_at_all_is_refused(real_site):
    assert "At least one" in refusal("--processes", "0")


def test_a_unix_socket_without_a_known_proxy_is_refused_with_what_to_do(settings, tmp_path):
    with (
        closing(bound(f"unix:{tmp_path}/parley.sock")) as at_path,
        closing(bound("127.0.0.1:0")) as at_port,
    ):
        with pytest.raises(CommandError, match="Set TRUSTED_PROXIES=1"):
            check_client_addresses(at_path)
        check_client_addresses(at_port)

        settings.TRUSTED_PROXIES = 1
        check_client_addresses(at_path)
