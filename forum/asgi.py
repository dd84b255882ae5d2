"""The ASGI application for pages, sockets and long polls; settings plug in the realtime part."""

import os
import sys

import django
from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.utils.module_loading import import_string

from forum.observability import multiprocess

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
multiprocess.prepare()  # before any metric is created
django.setup(set_prefix=False)

from forum.jobs.workers import start_in_server  # noqa: E402 - models need django.setup()
from forum.serving.gc_tuning import settle  # noqa: E402
from forum.serving.handler import Handler  # noqa: E402
from forum.serving.ingress import Ingress  # noqa: E402
from forum.serving.monitoring import Monitoring  # noqa: E402
from forum.serving.page_cache import PageCache  # noqa: E402
from forum.serving.request_log import RequestLog  # noqa: E402
from forum.serving.security_headers import SecurityHeaders  # noqa: E402
from forum.serving.static_files import with_static_files  # noqa: E402

if "daphne.server" in sys.modules:  # Daphne is the server
    from forum.serving import daphne

    daphne.install()

pages = import_string(settings.LIVE_REQUESTS)(with_static_files(PageCache(Handler())))
application = ProtocolTypeRouter(
    {
        "http": RequestLog(SecurityHeaders(Ingress(Monitoring(pages)))),
        "websocket": import_string(settings.WEBSOCKET_APPLICATION),
    }
)
start_in_server()
settle()
