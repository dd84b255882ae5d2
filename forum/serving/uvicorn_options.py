"""uvicorn's options, for `Config("forum.asgi:application", **server_options())`."""

import os

from django.conf import settings

from forum.serving.frame_meter import LARGEST

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")


def server_options():
    """A function, so that settings are read when a server starts, not when this is imported."""
    return {
        "loop": "uvloop",
        "http": "forum.serving.http_protocol:Connection",
        "ws": settings.WEBSOCKET_PROTOCOL,
        "ws_max_size": LARGEST,  # bytes per message
        # Would cost 64 KiB, and compressing every message, for each open page.
        "ws_per_message_deflate": False,
        # The hub sends pings itself, and takes into account when it was too busy to read pongs.
        "ws_ping_interval": None,
        "lifespan": "off",
        # The forum evaluates X-Forwarded-For itself: see TRUSTED_PROXIES.
        "proxy_headers": False,
        "access_log": False,
        "server_header": False,
        "backlog": 4096,  # after a restart all pages reconnect
        "timeout_graceful_shutdown": 10,  # seconds for accepted requests to complete
        # Seconds without a response before a process is replaced.
        "timeout_worker_healthcheck": 30,
    }
