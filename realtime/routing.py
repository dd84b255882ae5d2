from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware
from django.urls import path

from .consumers import Page

application = AllowedHostsOriginValidator(CookieMiddleware(URLRouter([path("ws/", Page.as_asgi())])))
