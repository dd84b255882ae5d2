"""The floor under every Django page: a project with no middleware and one view, which sends so many
bytes.

`uvicorn bench.floor:application`; `/15000/` answers with 15,000 bytes that were ready before.
"""

from functools import lru_cache

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="for-one-measurement-on-this-machine-only",  # noqa: S106
)


@lru_cache
def constant(size):
    return b"x" * size


def page(request, size):
    return HttpResponse(constant(size))


urlpatterns = [path("<int:size>/", page)]
application = get_asgi_application()
