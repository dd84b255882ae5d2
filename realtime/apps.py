from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self):
        from realtime import checks  # noqa: F401 - they listen to the forum from here on
        from realtime.publishing import publisher, revocations  # noqa: F401 - they listen to the forum from here on

        publisher.listen()
        revocations.listen()
