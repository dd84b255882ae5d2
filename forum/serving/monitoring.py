"""Serves /health/live, /health/ready and /metrics to settings.MONITORS; to others they don't exist.

Outside of Django, so that they respond while all its threads wait for a hanging database.
"""

import json

from forum import __version__
from forum.observability import health, metrics
from forum.serving.client_address import is_monitor
from forum.serving.request_log import marks


class Monitoring:
    """ASGI middleware that passes all other requests on."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        page = PAGES.get(scope["path"])
        if not page or scope["method"] not in ("GET", "HEAD") or not is_monitor(scope):
            await self.application(scope, receive, send)
            return
        marks(scope)["cached"] = True
        status, kind, body = await page()
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send(
            {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body}
        )


async def live():
    return as_json(200, {"status": "live", "version": __version__})


async def ready():
    answer = await health.report()
    return as_json(
        503 if answer["status"] == "failing" else 200, {"version": __version__, **answer}
    )


async def metrics_page():
    await health.update_gauges()
    return 200, metrics.CONTENT_TYPE_LATEST, metrics.text()


def as_json(status, answer):
    return status, "application/json", json.dumps(answer, indent=2).encode() + b"\n"


PAGES = {"/health/live": live, "/health/ready": ready, "/metrics": metrics_page}
