from django.conf import settings
from django.core.checks import Error, register


@register()
def layer_keeps_its_sockets(app_configs, **kwargs):
    backend = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    if backend.startswith("channels_redis.core"):
        return [
            Error(
                "channels_redis.core drops idle sockets and loses bursts of events.",
                hint="Set REDIS_URL and leave CHANNEL_LAYERS alone, or use RedisPubSubChannelLayer.",
                id="realtime.E001",
            )
        ]
    return []
