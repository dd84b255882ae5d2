from django.conf import settings
from django.core.checks import Error, register


@register()
def layer_keeps_its_sockets(app_configs, **kwargs):
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
def processes_hear_each_other(app_configs, **kwargs):
    if settings.PROCESSES > 1 and settings.CHANNEL_LAYERS["default"]["BACKEND"].endswith(
        "InMemoryChannelLayer"
    ):
        return [
            Error(
                f"{settings.PROCESSES} processes (WEB_CONCURRENCY) with a layer in memory can't"
                " hear each other.",
                hint="Set REDIS_URL=redis://…, or WEB_CONCURRENCY=1.",
                id="realtime.E002",
            )
        ]
    return []
