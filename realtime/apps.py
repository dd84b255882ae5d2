from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self):
        from realtime import checks  # noqa: F401 - registers the system checks
        from realtime.publishing import publisher, revocations

        publisher.connect()
        revocations.connect()
