"""uvicorn's options, for all that start it: `Config("forum.asgi:application",
**server_options())`.
"""

import os

from django.conf import settings

from forum.serving.frame_meter import LARGEST

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")


def server_options():
    """Reads settings only when a server starts: a benchmark or test may choose its database after
    importing this.
    """
    return {
        "loop": "uvloop",
        "http": "forum.serving.http_protocol:Connection",
        "ws": settings.WEBSOCKET_PROTOCOL,
        "ws_max_size": LARGEST,  # bytes of one message
        # it would cost 64 KiB and a compression for each open page
        "ws_per_message_deflate": False,
        # the hub asks each page by itself, and knows when it was too busy to read the answer
        "ws_ping_interval": None,
        "lifespan": "off",
        # X-Forwarded-For is believed as far as TRUSTED_PROXIES says, and by the forum itself
        "proxy_headers": False,
        "access_log": False,
        "server_header": False,
        "backlog": 4096,  # after a restart all pages come back
        "timeout_graceful_shutdown": 10,  # seconds that an accepted request may take
        # seconds to start, or to give a sign of life, before a process is replaced
        "timeout_worker_healthcheck": 30,
    }
