"""Creates a small forum in another database than that of the tests, by a separate process."""

import json
import os
import subprocess
import sys

from tests.support.server import ROOT


def forum_in(database_url):
    """Creates Ada and a topic there; returns {"session": Ada's session key, "topic": its id}."""
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url}
    command = [sys.executable, "-m", "tests.support.separate_process"]
    made = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True
    )
    return json.loads(made.stdout)


def make():
    import django

    django.setup()
    from django.core.management import call_command

    from tests.browser.people import session_cookie
    from tests.support import world

    call_command("migrate", verbosity=0)
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"))
    print(json.dumps({"session": session_cookie(ada, "")["value"], "topic": topic.pk}))


if __name__ == "__main__":
    make()
