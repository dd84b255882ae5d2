from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self):
        from . import checks, fence, publishing  # noqa: F401 - they listen to the forum from here on

        publishing.listen()
        fence.listen()
