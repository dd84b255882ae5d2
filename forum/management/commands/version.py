"""manage.py version"""

import platform

import django
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from redis import Redis, RedisError

from forum import __version__

TIMEOUT = 2  # seconds for Redis to respond


class Command(BaseCommand):
    help = _("Prints the versions of Parley, Python, Django, the database and Redis.")
    requires_system_checks = ()

    def handle(self, **options):
        self.stdout.write(f"Parley {__version__}")
        self.stdout.write(f"Python {platform.python_version()}")
        self.stdout.write(f"Django {django.__version__}")
        self.stdout.write(f"{connection.display_name} {database_version()}")
        if settings.REDIS_URL:
            self.stdout.write(f"Redis {redis_version()}")


def database_version():
    query = "SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version"
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
    except DatabaseError as error:
        return _("does not answer: %(error)s") % {"error": str(error).strip()}


def redis_version():
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        ) as client:
            return client.info("server")["redis_version"]
    except (RedisError, OSError) as error:
        return _("does not answer: %(error)s") % {"error": error}
