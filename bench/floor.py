"""The lower bound for Django pages: a project without middleware and with one trivial view.

`uvicorn bench.floor:application`; `/15000/` responds with 15,000 bytes prepared in advance.
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
