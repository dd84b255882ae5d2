"""One application for pages and sockets. Which sockets there are is a setting: the forum does not know them."""

import os

from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

pages = get_asgi_application()
application = ProtocolTypeRouter({"http": pages, "websocket": import_string(settings.WEBSOCKET_APPLICATION)})
