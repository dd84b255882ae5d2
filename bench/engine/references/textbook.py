"""A live page as in the documentation of Channels, on daphne.

Publishes the event once for each line on stdin.

python -m bench.engine.references.textbook PORT FILE
"""

import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for-one-measurement",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    LOGGING_CONFIG=None,
)
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from daphne.endpoints import build_endpoint_description_strings  # noqa: E402
from daphne.server import Server  # noqa: E402


class Page(AsyncJsonWebsocketConsumer):
    async def connect(self):
        await self.channel_layer.group_add("forum", self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard("forum", self.channel_name)

    async def post_update(self, message):
        await self.send_json(message["event"])


def publish_for_each_line(loop, event):
    for _line in sys.stdin:
        event["t0"] = f"{time.monotonic_ns():020}"
        message = {"type": "post.update", "event": event}
        asyncio.run_coroutine_threadsafe(get_channel_layer().group_send("forum", message), loop)
    os._exit(0)


def main(port, file):
    event = json.loads(Path(file).read_text())
    endpoints = build_endpoint_description_strings(host="127.0.0.1", port=int(port))
    server = Server(Page.as_asgi(), endpoints=endpoints, verbosity=0)
    from twisted.internet import reactor

    listener = threading.Thread(
        target=publish_for_each_line, args=(reactor._asyncioEventloop, event), daemon=True
    )
    reactor.callWhenRunning(listener.start)
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
