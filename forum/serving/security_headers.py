"""Security headers for every response, including static files, refusals and monitoring.

deploy/nginx.conf and the Caddyfiles send the same ones with their own responses; tests/deploy
compares them.
"""

from csp.utils import build_policy
from django.conf import settings

from forum.serving.page_cache_keys import headers_of, is_secure

HEADERS = {
    "content-security-policy": build_policy(),
    "x-content-type-options": "nosniff",
    "x-frame-options": settings.X_FRAME_OPTIONS,
    "referrer-policy": settings.SECURE_REFERRER_POLICY,
    "cross-origin-opener-policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
}
ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
HSTS = (
    b"strict-transport-security",
    b"max-age=%d; includeSubDomains" % settings.SECURE_HSTS_SECONDS,
)


class SecurityHeaders:
    """ASGI middleware; headers that the application sets take precedence."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        async def answer(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": with_all(list(message.get("headers", ())), scope)}
            await send(message)

        await self.application(scope, receive, answer)


def with_all(headers, scope):
    present = {name.lower() for name, _value in headers}
    wanted = ENCODED
    if settings.SECURE_HSTS_SECONDS and is_secure(scope, headers_of(scope)["x-forwarded-proto"]):
        wanted = [*ENCODED, HSTS]
    return [*headers, *(pair for pair in wanted if pair[0] not in present)]
