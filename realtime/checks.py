"""System checks of the channel layer."""

from django.conf import settings
from django.core.checks import Error, register


@register()
def layer_is_reliable(app_configs, **kwargs):
    backend = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    if backend.startswith("channels_redis.core"):
        return [
            Error(
                "channels_redis.core drops idle sockets and loses bursts of events.",
                hint=(
                    "Set REDIS_URL and leave CHANNEL_LAYERS alone, or use RedisPubSubChannelLayer."
                ),
                id="realtime.E001",
            )
        ]
    return []


@register()
def processes_share_a_layer(app_configs, **kwargs):
    if settings.PROCESSES > 1 and settings.CHANNEL_LAYERS["default"]["BACKEND"].endswith(
        "InMemoryChannelLayer"
    ):
        return [
            Error(
                f"{settings.PROCESSES} processes (WEB_CONCURRENCY) can't exchange events through a"
                " channel layer in memory.",
                hint="Set REDIS_URL=redis://…, or WEB_CONCURRENCY=1.",
                id="realtime.E002",
            )
        ]
    return []
